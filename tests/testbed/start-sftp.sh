#!/usr/bin/env bash
# start-sftp.sh WORK [PORT]: OpenSSH as an SFTP-only server on 127.0.0.1, by public key only, for the user who runs this; on a
# free port unless one is given. Returns once it listens. Everything lies in WORK/sftp:
#   client_key     accepted      phrase_key  accepted, its passphrase is "une phrase"      other_key  refused
#   host_key.fp    fingerprint of the server's key      other.fp  of another
#   data/          the home folder, with in/ and out/   port      the port      sftp.pid  of the listener
# RO=1 serves read-only; HOST_KEY=rsa shows an RSA key.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091  # beside this file
. "$here/lib.sh"
sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || die "missing program: sshd (openssh-server)"
command -v ssh-keygen >/dev/null || die "missing program: ssh-keygen (openssh-client)"
work=$(prepare "${1:?usage: start-sftp.sh WORK [PORT]}")
s=$(prepare "$work/sftp")
mkdir -p "$s/data/in" "$s/data/out"
[[ $(id -u) -ne 0 ]] || install -d -m 755 /run/sshd  # sshd's privilege separation directory

new_key() { # new_key NAME TYPE PASSPHRASE
  [[ -e $s/$1 ]] || ssh-keygen -q -t "$2" -N "$3" -C "$1" -f "$s/$1"
}
fingerprint() { ssh-keygen -lf "$1" | cut -d' ' -f2; }

type=${HOST_KEY:-ed25519}
new_key host_key "$type" ''
new_key other_host_key ed25519 ''
new_key client_key ed25519 ''
new_key phrase_key ed25519 'une phrase'
new_key other_key ed25519 ''
cat "$s/client_key.pub" "$s/phrase_key.pub" >"$s/authorized_keys"
fingerprint "$s/host_key.pub" >"$s/host_key.fp"
fingerprint "$s/other_host_key.pub" >"$s/other.fp"

# No ChrootDirectory: sshd refuses any below a world-writable folder such as a temporary one.
configure() { # configure PORT
  cat >"$s/sshd_config" <<CF
ListenAddress 127.0.0.1:$1
HostKey $s/host_key
PidFile $s/sftp.pid
AuthorizedKeysFile $s/authorized_keys
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
AllowUsers $(id -un)
StrictModes no
DisableForwarding yes
PermitTTY no
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d $s/data${RO:+ -R} -l INFO
LogLevel VERBOSE
CF
  # Of libssh2 1.10 an RSA key is known with SHA-1 only: a server that shows one must offer that.
  [[ $type != rsa ]] || echo "HostKeyAlgorithms ssh-rsa" >>"$s/sshd_config"
}

start() { # start PORT: false when somebody else took it
  configure "$1"
  rm -f "$s/sftp.pid"
  "$sshd" -f "$s/sshd_config" -E "$s/sshd.log"
  local i
  for ((i = 0; i < 100; i++)); do
    [[ -s $s/sftp.pid ]] && port_open "$1" && return 0
    sleep 0.1
  done
  return 1
}

for _ in 1 2 3; do
  port=${2:-$(free_port)}
  if start "$port"; then
    echo "$port" >"$s/port"
    echo "sftp: $(id -un)@127.0.0.1:$port $(cat "$s/host_key.fp")"
    exit 0
  fi
done
die "sshd does not start: $(tail -n 3 "$s/sshd.log")"
