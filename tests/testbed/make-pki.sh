#!/usr/bin/env bash
# make-pki.sh DIR [REVOCATION_PORT]
# Throw-away PKI shaped like IGC-Santé (root, AC ... ORGANISATIONS, organisation leaves) plus
# one faulty leaf per TLS failure to test. Test data only: nothing here is trusted by anyone.
set -euo pipefail
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
command -v openssl >/dev/null || die "missing program: openssl"
mkdir -p "${1:?usage: make-pki.sh DIR [REVOCATION_PORT]}"
dir=$(cd "$1" && pwd -P)
port=${2:-18888}
cd "$dir"
[[ -e root.pem ]] && die "$dir already holds a PKI"
base="/C=FR/O=BANC DE TEST"

cat >ca.cnf <<CNF
[req]
distinguished_name = dn
prompt = no
[dn]
[pol]
countryName = optional
stateOrProvinceName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[ca_root]
database = $dir/root.index
certificate = $dir/root.pem
private_key = $dir/root.key
new_certs_dir = $dir/issued
default_md = sha256
default_days = 3650
default_crl_days = 30
policy = pol
unique_subject = no
rand_serial = yes
crlnumber = $dir/root.crlnumber
[ca_org]
database = $dir/ca.index
certificate = $dir/ca.pem
private_key = $dir/ca.key
new_certs_dir = $dir/issued
default_md = sha256
default_days = 825
default_crl_days = 30
policy = pol
unique_subject = no
rand_serial = yes
crlnumber = $dir/ca.crlnumber
[x_root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[x_inter]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://127.0.0.1:$port/root.crl
[x_leaf]
basicConstraints = critical,CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://127.0.0.1:$port/ca.crl
authorityInfoAccess = OCSP;URI:http://127.0.0.1:$port/ocsp,caIssuers;URI:http://127.0.0.1:$port/ca.der
CNF
ext() { # ext NAME KEYUSAGE EKU [SAN] : one extension section per leaf kind
  printf '[%s]\n' "$1"; sed -n '/^\[x_leaf\]/,$p' ca.cnf | sed 1d
  printf 'keyUsage = critical,%s\nextendedKeyUsage = %s\n' "$2" "$3"
  [[ -z ${4:-} ]] || printf 'subjectAltName = %s\n' "$4"
}
local_san='DNS:localhost,IP:127.0.0.1,DNS:mssante.test,DNS:dmp.test,DNS:imap.mssante.test,DNS:smtp.mssante.test'
{ ext auth_cli digitalSignature clientAuth
  ext ssl_serv digitalSignature serverAuth "$local_san"
  ext bad_san digitalSignature serverAuth DNS:autre.invalid
  ext sign nonRepudiation emailProtection email:etablissement@mssante.test
  ext ocsp_sig digitalSignature OCSPSigning; printf 'noCheck = yes\n'
} >leaf.tmp
cat leaf.tmp >>ca.cnf; rm leaf.tmp

mkdir -p issued; : >root.index; : >ca.index; echo 1000 >root.crlnumber; echo 1000 >ca.crlnumber
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; chmod 600 "$1.key"; }
ca() { openssl ca -batch -notext -config ca.cnf "$@" 2>>openssl.log; }

key root
openssl req -x509 -new -config ca.cnf -extensions x_root -key root.key -days 3650 \
  -subj "$base/OU=0002 000000000/CN=TEST AC IGC-SANTE ELEMENTAIRE" -out root.pem
key ca
openssl req -new -config ca.cnf -key ca.key -subj "$base/OU=0002 000000000/CN=TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS" -out ca.csr
ca -name ca_root -extensions x_inter -days 3650 -in ca.csr -out ca.pem
cat ca.pem root.pem >chain.pem

leaf() { # leaf NAME EXT CN [extra openssl-ca args]
  local n=$1 e=$2 cn=$3; shift 3
  key "$n"
  # Organisation DN: ST=département, OU=type + identifier of the structure (1 + FINESS), CN=service.
  openssl req -new -config ca.cnf -key "$n.key" -out "$n.csr" \
    -subj "/C=FR/ST=Paris (75)/O=ETABLISSEMENT DE TEST/OU=1750000001/CN=$cn"
  ca -name ca_org -extensions "$e" -in "$n.csr" -out "$n.crt" "$@"
  cat "$n.crt" ca.pem >"$n.pem"   # leaf + intermediate: what a peer must present
}
leaf client auth_cli passerelle.auth-cli
leaf client2 auth_cli autre-structure.auth-cli
leaf server ssl_serv localhost
leaf sign sign passerelle.sign
leaf ocsp ocsp_sig repondeur-ocsp
# Faulty leaves, one fault each.
leaf client-revoked auth_cli revoque.auth-cli
leaf client-expired auth_cli expire.auth-cli -startdate 20200101000000Z -enddate 20210101000000Z
leaf client-wrong-eku ssl_serv serveur-comme-client
leaf server-revoked ssl_serv localhost
leaf server-expired ssl_serv localhost -startdate 20200101000000Z -enddate 20210101000000Z
leaf server-future ssl_serv localhost -startdate 20900101000000Z -enddate 20910101000000Z
leaf server-wrong-san bad_san autre.invalid
leaf server-wrong-eku auth_cli localhost
for r in client-revoked server-revoked; do ca -name ca_org -revoke "$r.crt" -crl_reason keyCompromise; done
ca -name ca_root -gencrl -out root.crl.pem; ca -name ca_org -gencrl -out ca.crl.pem
cat ca.crl.pem root.crl.pem >crls.pem
mkdir -p www
openssl crl -in root.crl.pem -outform DER -out www/root.crl; openssl crl -in ca.crl.pem -outform DER -out www/ca.crl
openssl x509 -in ca.pem -outform DER -out www/ca.der
# A CA nobody trusts, with the same subject names (a name match must not be enough).
for n in rogue-server:serverAuth rogue-client:clientAuth; do
  key "${n%%:*}"
  openssl req -x509 -new -config ca.cnf -key "${n%%:*}.key" -days 30 -subj "$base/CN=localhost" \
    -addext "subjectAltName=$local_san" -addext "extendedKeyUsage=${n##*:}" -out "${n%%:*}.pem"
done
rm -f ./*.csr
openssl verify -CAfile root.pem -untrusted ca.pem client.crt server.crt sign.crt >verify.log
echo "PKI ready in $dir"
