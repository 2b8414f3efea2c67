#!/usr/bin/env bash
# start-oidc.sh WORK [PORT]: Glewlwyd as a server of OAuth 2.0 tokens on 127.0.0.1, on a free port unless one is given. Returns
# once it answers. The client "gateway" has the secret of WORK/oidc/secret and the right "dossiers", by client credentials.
#   WORK/oidc/url      the address above /token and /introspect      oidc.pid  of the server
# DURATION: seconds that a token lasts (60).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091  # beside this file
. "$here/lib.sh"
for program in glewlwyd sqlite3 openssl curl; do
  command -v "$program" >/dev/null || die "missing program: $program"
done
work=$(prepare "${1:?usage: start-oidc.sh WORK [PORT]}")
g=$(prepare "$work/oidc")

[[ -e $g/db ]] || gunzip -c /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | sqlite3 "$g/db" >/dev/null
if [[ ! -e $g/secret ]]; then
  openssl genrsa -out "$g/key.pem" 2048 2>/dev/null
  openssl rsa -in "$g/key.pem" -pubout -out "$g/pub.pem" 2>/dev/null
  (umask 077 && openssl rand -hex 24 >"$g/secret")
fi

configure() { # configure PORT
  cat >"$g/glewlwyd.conf" <<CF
port=$1
bind_address="127.0.0.1"
external_url="http://localhost:$1"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="file"
log_level="WARNING"
log_file="$g/glewlwyd.log"
cookie_domain="localhost"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="/usr/lib/glewlwyd/user_middleware"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "$g/db" };
static_files_mime_types = ( { extension = ".html" mime_type = "text/html" } )
CF
}

start() { # start PORT: false when somebody else took it
  configure "$1"
  glewlwyd -c "$g/glewlwyd.conf" >"$g/stdout.log" 2>&1 &
  echo $! >"$g/oidc.pid"
  local i
  for ((i = 0; i < 150; i++)); do
    kill -0 "$(<"$g/oidc.pid")" 2>/dev/null || return 1
    port_open "$1" && return 0
    sleep 0.1
  done
  return 1
}

api() { # api PATH JSON
  local code
  code=$(curl -sS -o "$g/answer" -w '%{http_code}' -b "$g/cookies" -c "$g/cookies" -H 'Content-Type: application/json' -d "$2" \
    "http://localhost:$port/api/$1")
  [[ $code == 200 ]] || die "$1: $code $(<"$g/answer")"
}
in_json() { sed ':a;N;$!ba;s/\n/\\n/g' "$1"; }

register() {
  local secret
  secret=$(<"$g/secret")
  api auth/ '{"username":"admin","password":"password"}'
  api mod/plugin/ '{"module":"oidc","name":"oidc","display_name":"OIDC","order_rank":0,"parameters":{
   "iss":"http://localhost:'"$port"'/api/oidc","jwt-type":"rsa","jwt-key-size":"256",
   "key":"'"$(in_json "$g/key.pem")"'","cert":"'"$(in_json "$g/pub.pem")"'",
   "access-token-duration":'"${DURATION:-60}"',"refresh-token-duration":1800,"code-duration":60,"refresh-token-rolling":true,
   "allow-non-oidc":true,"auth-type-code-enabled":false,"auth-type-token-enabled":false,"auth-type-id-token-enabled":false,
   "auth-type-password-enabled":false,"auth-type-client-enabled":true,"auth-type-refresh-enabled":false,
   "auth-type-none-enabled":false,"subject-type":"public","oauth-par-allowed":false,
   "introspection-revocation-allowed":true,"introspection-revocation-allow-target-client":true,
   "name-claim":"no","email-claim":"no","scope-claim":"no","allowed-scope":["openid"],"scope":[]}}'
  api scope/ '{"name":"dossiers","display_name":"dossiers","description":"dossiers","password_required":false,"scheme":{}}'
  api client/ '{"client_id":"gateway","name":"gateway","client_secret":"'"$secret"'","password":"'"$secret"'",
   "confidential":true,"enabled":true,"scope":["dossiers"],"authorization_type":["client_credentials"],
   "token_endpoint_auth_method":["client_secret_basic","client_secret_post"]}'
  touch "$g/registered"
}

for _ in 1 2 3; do
  port=${2:-$(free_port)}
  if start "$port"; then
    [[ -e $g/registered ]] || register
    echo "http://localhost:$port/api/oidc" >"$g/url"
    echo "oidc: $(<"$g/url")"
    exit 0
  fi
done
die "glewlwyd does not start: $(tail -n 3 "$g/stdout.log" "$g/glewlwyd.log" 2>/dev/null)"
