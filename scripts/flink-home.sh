#!/usr/bin/env bash
# Prints the home of an Apache Flink 2.3 whose command line the tests run, installing it on first use. FLINK_HOME wins.
# The distribution is the one inside the Python package apache-flink; it needs python3 with venv, and java 17 to run.
# Everything lives in $RIVULET_FLINK (default ~/.cache/rivulet-flink).
set -euo pipefail
VERSION=2.3.0
if [ -n "${FLINK_HOME:-}" ]; then echo "$FLINK_HOME"; exit; fi
BASE=${RIVULET_FLINK:-$HOME/.cache/rivulet-flink}
HOME_DIR=$BASE/flink-$VERSION
if [ ! -f "$HOME_DIR/.complete" ]; then
  mkdir -p "$BASE"
  python3 -m venv "$BASE/venv" >&2
  "$BASE/venv/bin/pip" install --quiet "apache-flink==$VERSION" >&2
  rm -rf "$HOME_DIR"
  cp -r "$BASE"/venv/lib/python3*/site-packages/pyflink "$HOME_DIR"
  chmod +x "$HOME_DIR"/bin/*
  mkdir -p "$HOME_DIR/log"
  touch "$HOME_DIR/.complete"
fi
echo "$HOME_DIR"
