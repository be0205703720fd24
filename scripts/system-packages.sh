#!/bin/sh
# Installs what Python packages cannot bring: Pango and a Japanese font for PDF letters and, for
# tests, a browser and Apache, a client of the OpenID provider (its program only, no service). Only
# on Debian and its kin and only what is missing; elsewhere it says what to do.
set -eu
missing=""
installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -q '^installed'; }
need() { installed "$1" || missing="$missing $1"; }
if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "Not Debian: for PDF letters install Pango and a Japanese font (Noto Sans CJK); for tests Chromium, Apache and mod_auth_openidc."
  exit 0
fi
need libpango-1.0-0; need libpangoft2-1.0-0; need libharfbuzz-subset0; need fonts-noto-cjk
if [ "${1:-run}" = test ]; then need chromium-headless-shell; need apache2-bin; need libapache2-mod-auth-openidc; fi
[ -z "$missing" ] && exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if [ -n "$as_root" ] && ! $as_root true 2>/dev/null; then
  echo "Please install:$missing   (sudo apt-get install$missing)"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq || true
# The headless shell is quicker; where the distribution has none, the whole browser does.
case $missing in *chromium-headless-shell*)
  if ! apt-cache policy chromium-headless-shell | grep -q 'Candidate: [0-9]'; then
    missing=$(echo "$missing" | sed 's/ chromium-headless-shell//')
    need chromium
  fi;;
esac
[ -z "$missing" ] && exit 0
echo "Installing:$missing"
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
