#!/usr/bin/env bash
# A fake of the OpenAI API written by others (PyPI llmock), for the faults a real provider will not show on demand.
# usage: llm_mock.sh install|start|stop|status        env: PREFIX  LLM_MOCK_PORT
# peer tests: LLM_MOCK_URL=http://127.0.0.1:8896/v1 pytest -m peer backend/igny8_core/ai
# faults:     POST /_llmock/scenario {"behaviors": [{"type": "fail", "status": 429, "retry_after": 1}]}
set -euo pipefail

VERSION=0.2.2
PREFIX=${PREFIX:-$HOME/.cache/igny8-peers}
PORT=${LLM_MOCK_PORT:-8896}
DIR=$PREFIX/llmock
PID=$DIR/pid
URL=http://127.0.0.1:$PORT

running() { [ -f "$PID" ] && kill -0 "$(cat "$PID")" 2>/dev/null; }

install() {
  mkdir -p "$DIR"
  [ -x "$DIR/venv/bin/llmock" ] && return 0
  python3 -m venv "$DIR/venv"
  "$DIR/venv/bin/pip" install -q --disable-pip-version-check "llmock==$VERSION"
}

start() {
  install
  running && return 0
  setsid "$DIR/venv/bin/llmock" serve --host 127.0.0.1 --port "$PORT" >"$DIR/server.log" 2>&1 &
  echo $! >"$PID"
  for _ in $(seq 200); do
    curl -fs -o /dev/null "$URL/v1/models" && return 0
    running || break
    sleep 0.1
  done
  tail -n 20 "$DIR/server.log" >&2
  stop
  return 1
}

stop() {
  if running; then kill -- "-$(cat "$PID")" 2>/dev/null || true; fi
  rm -f "$PID"
}

status() {
  if running; then echo "up $URL/v1"; else echo down; fi
}

case ${1:-} in
  install | start | stop | status) "$1" ;;
  *)
    grep '^# ' "$0" >&2
    exit 2
    ;;
esac
