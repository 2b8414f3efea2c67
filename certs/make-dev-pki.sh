#!/usr/bin/env bash
# certs/make-dev-pki.sh FOLDER [DAYS]: a certificate authority for development, a server certificate for localhost, a client
# certificate for the DUI of the demonstration. Nothing is made again when FOLDER already holds certificates that are
# still good for a day. Never for production: the authority's key lies beside what it signs.
set -Eeuo pipefail
trap 'echo "make-dev-pki: openssl failed (line $LINENO)" >&2' ERR

if [[ $# -lt 1 ]]; then
  echo "usage: certs/make-dev-pki.sh FOLDER [DAYS]" >&2
  exit 2
fi
folder=$1
days=${2:-30}
umask 077
mkdir -p "$folder"
cd "$folder"

still_good() {
  local name
  for name in ca server client; do
    [[ -f $name.key && -f $name.pem ]] || return 1
    openssl x509 -in "$name.pem" -noout -checkend 86400 >/dev/null || return 1
  done
}
still_good && exit 0

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

# sign NAME SUBJECT EXTENSIONS: a key, and a certificate of the authority for it.
sign() {
  local name=$1 subject=$2 extensions=$3
  new_key "$name"
  openssl req -new -key "$name.key" -subj "$subject" |
    openssl x509 -req -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -days "$days" -sha256 \
      -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid" "$extensions") -out "$name.pem" 2>/dev/null
}

new_key ca
openssl req -x509 -new -key ca.key -sha256 -days "$days" -subj "/O=Charmille (development)/CN=Development CA" \
  -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.pem
sign server "/O=Charmille (development)/CN=localhost" \
  $'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'
sign client "/O=Association Les Charmes (demonstration)/CN=dui-eo" \
  $'extendedKeyUsage=clientAuth\nsubjectAltName=DNS:dui-eo.demo.invalid'
