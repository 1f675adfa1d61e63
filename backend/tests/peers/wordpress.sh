#!/usr/bin/env bash
# A real WordPress on SQLite behind PHP's own server, loopback only, for tests/peers and demonstrations.
#
#   wordpress.sh install | start | stop | status | reset
#   wordpress.sh app-password [USER] [NAME]     prints a new application password
#   wordpress.sh wp ARGS...                     wp-cli on this site
#
# PREFIX     where everything is kept         (default: $HOME/.cache/igny8-peers)
# WP_PORT    port on 127.0.0.1                (default: 8890)
# WP_STUDIO  version of the npm package that ships WordPress, wp-cli and the SQLite driver
set -euo pipefail

PREFIX=${PREFIX:-${HOME:?set HOME or PREFIX}/.cache/igny8-peers}
WP_PORT=${WP_PORT:-8890}
WP_STUDIO=${WP_STUDIO:-1.22.0}
export HOME=${HOME:-$PREFIX}

base=$PREFIX/wordpress
site=$base/site
pid_file=$base/server-$WP_PORT.pid
address=127.0.0.1:$WP_PORT
extensions=(pdo_sqlite gd xml mbstring zip curl intl)

say() { printf '%s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

packages_add() {
  local log=$base/apt.log
  as_root apt-get update >"$log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; exit 1; }
}

php_is_complete() {
  command -v php >/dev/null || return 1
  local loaded extension
  loaded=$(php -m)
  for extension in "${extensions[@]}"; do grep -qix "$extension" <<<"$loaded" || return 1; done
}

tools_install() {
  php_is_complete || packages_add php-cli php-sqlite3 php-gd php-xml php-mbstring php-zip php-curl php-intl
  command -v npm >/dev/null || packages_add npm
  command -v curl >/dev/null || packages_add curl
}

# WordPress, wp-cli and the SQLite driver all ship in one npm tarball; nothing else is downloaded.
files_unpack() {
  [ -f "$base/wp-cli.phar" ] && [ -d "$base/pristine" ] && return
  local work driver tarball
  work=$(mktemp -d "$base/unpack.XXXXXX")
  tarball=$(cd "$work" && npm_config_cache=$PREFIX/npm-cache npm pack --loglevel=error "wp-studio@$WP_STUDIO" | tail -n 1)
  tar -xzf "$work/$tarball" -C "$work" --strip-components=4 \
    package/dist/cli/wp-files/{latest/wordpress,wp-cli,sqlite-database-integration}
  driver=$work/latest/wordpress/wp-content/mu-plugins/sqlite-database-integration
  mkdir -p "$(dirname "$driver")"
  mv "$work/sqlite-database-integration" "$driver"
  sed -e "s#'{SQLITE_IMPLEMENTATION_FOLDER_PATH}'#__DIR__ . '/mu-plugins/sqlite-database-integration'#" \
    -e 's#{SQLITE_PLUGIN}#sqlite-database-integration/load.php#' \
    "$driver/db.copy" >"$work/latest/wordpress/wp-content/db.php"
  rm -rf "$base/pristine"
  mv "$work/latest/wordpress" "$base/pristine"
  mv "$work/wp-cli/wp-cli.phar" "$base/wp-cli.phar"
  rm -rf "$work"
}

wp() {
  WP_HOST=$address php -d memory_limit=512M -d error_reporting='E_ALL & ~E_DEPRECATED' \
    "$base/wp-cli.phar" --allow-root --path="$site" "$@"
}

site_install() {
  [ -d "$base/seed" ] && [ -f "$site/wp-config.php" ] && return
  rm -rf "$site" "$base/seed"
  cp -r "$base/pristine" "$site"
  wp config create --dbname=peer --dbuser=none --dbpass=none --skip-check --extra-php >/dev/null <<'PHP'
define('WP_ENVIRONMENT_TYPE', 'local');  // application passwords over plain http
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('WP_HOME', 'http://' . (getenv('WP_HOST') ?: ($_SERVER['HTTP_HOST'] ?? '127.0.0.1')));
define('WP_SITEURL', WP_HOME);
PHP
  wp core install --url="http://$address" --title=Peer --admin_user=admin --admin_password=admin-pw \
    --admin_email=admin@example.test --skip-email >/dev/null
  wp rewrite structure '/%postname%/' >/dev/null
  cp -r "$site/wp-content/database" "$base/seed"
}

router_write() {
  cat >"$base/router.php" <<'PHP'
<?php
$root = $_SERVER['DOCUMENT_ROOT'];
$path = urldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$is_file = $path !== '/' && is_file($root . $path);
$has_index = $path !== '/' && is_file($root . rtrim($path, '/') . '/index.php');
if ($is_file || $has_index) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $root . '/index.php';
PHP
}

install() {
  mkdir -p "$base"
  exec 9>"$base/lock"
  flock 9
  tools_install
  files_unpack
  site_install
  router_write
  exec 9>&-
}

# A pid file outlives a reboot: the number alone does not say that the process is ours.
is_up() {
  [ -f "$pid_file" ] && grep -qsF "$base/router.php" "/proc/$(cat "$pid_file")/cmdline"
}

start() {
  install
  is_up && return
  PHP_CLI_SERVER_WORKERS=${PHP_WORKERS:-4} setsid php -d memory_limit=256M -S "$address" -t "$site" \
    "$base/router.php" >"$base/server.log" 2>&1 </dev/null &
  echo $! >"$pid_file"
  for _ in $(seq 150); do
    curl -fs -o /dev/null "http://$address/?rest_route=/" && is_up && return
    sleep 0.1
  done
  tail -n 20 "$base/server.log" >&2
  stop
  exit 1
}

stop() {
  if is_up; then
    kill -- "-$(cat "$pid_file")"
    for _ in $(seq 50); do is_up || break; sleep 0.1; done
  fi
  rm -f "$pid_file"
}

# The database of the first minute again; a server that ran runs again.
reset() {
  local was_up=no
  is_up && was_up=yes
  stop
  rm -rf "$site/wp-content/database" "$site/wp-content/uploads" "$site/.maintenance"
  rm -f "$site"/wp-content/mu-plugins/igny8-*.php
  cp -r "$base/seed" "$site/wp-content/database"
  [ "$was_up" = no ] || start
}

status() { if is_up; then echo "up http://$address"; else echo down; return 3; fi; }

usage() { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }

case ${1:-} in
install | start | stop | reset | status) "$1" ;;
app-password) wp user application-password create "${2:-admin}" "${3:-peer}" --porcelain ;;
wp) shift && wp "$@" ;;
*) usage ;;
esac
