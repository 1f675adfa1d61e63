#!/usr/bin/env bash
# Has a chromium (Debian's, when there is none) and a real WordPress, runs the browser tests, stops the WordPress.
# usage: run.sh PYTHON [pytest arguments]   env: PREFIX (where WordPress is installed), WP_PORT, WITHOUT_WORDPRESS=1
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=$1; shift
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if ! has_chromium >/dev/null; then
  echo "installing chromium from the system's packages"
  mkdir -p "$root/.igny8"
  log=$root/.igny8/chromium.log
  as_root apt-get update >"$log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y --no-install-recommends chromium fonts-dejavu-core >>"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; echo "chromium could not be installed; install one and try again" >&2; exit 1; }
fi
if [ -z "${WITHOUT_WORDPRESS:-}" ]; then
  export PREFIX=${PREFIX:-$root/.igny8/peers} WP_PORT=${WP_PORT:-8890}
  mkdir -p "$PREFIX"
  trap '"$here/../peers/wordpress.sh" stop || true' EXIT
  "$here/../peers/wordpress.sh" start
  export WORDPRESS_URL=http://127.0.0.1:$WP_PORT WORDPRESS_USER=admin
  WORDPRESS_APP_PASSWORD=$("$here/../peers/wordpress.sh" app-password admin "browser-$$")
  export WORDPRESS_APP_PASSWORD
fi
cd "$root"
"$python" -m pytest -m browser "$@"
