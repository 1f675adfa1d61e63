#!/usr/bin/env bash
# Starts the real peers (a WordPress, a faulty model server), runs the tests marked `peer` against them, stops the peers.
# usage: run.sh PYTHON [pytest arguments]   env: PREFIX (where the peers are installed), WP_PORT, LLM_MOCK_PORT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=$1; shift
export PREFIX=${PREFIX:-$root/.igny8/peers} WP_PORT=${WP_PORT:-8890} LLM_MOCK_PORT=${LLM_MOCK_PORT:-8896}
mkdir -p "$PREFIX"
trap '"$here/wordpress.sh" stop || true; "$here/llm_mock.sh" stop || true' EXIT
echo "peers: a WordPress and a model server with faults, under $PREFIX"
"$here/wordpress.sh" start
"$here/llm_mock.sh" start
export WORDPRESS_URL=http://127.0.0.1:$WP_PORT WORDPRESS_USER=admin WORDPRESS_SCRIPT=$here/wordpress.sh
WORDPRESS_APP_PASSWORD=$("$here/wordpress.sh" app-password admin "tests-$$")
export WORDPRESS_APP_PASSWORD LLM_MOCK_URL=http://127.0.0.1:$LLM_MOCK_PORT/v1
cd "$root"
"$python" -m pytest backend -m peer "$@"
