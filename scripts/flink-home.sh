#!/usr/bin/env bash
# Prints the home of an Apache Flink 2.3 with its Kafka SQL connector, installing it on first use; FLINK_HOME wins.
#   flink-home.sh            bin/flink, bin/sql-client.sh, lib/, conf/
#   flink-home.sh python     the Python that has PyFlink of the same version
# The distribution is the one inside the Python package apache-flink, the connector is Maven's: python3 with venv and mvn to install,
# java 17 to run. Everything lives in $RIVULET_FLINK (default ~/.cache/rivulet-flink).
set -euo pipefail
VERSION=2.3.0
CONNECTOR=5.0.0-2.2
WHAT=${1:-home}
case $WHAT in home | python) ;; *) sed -n '2,6p' "$0" >&2; exit 2 ;; esac
if [ "$WHAT" = home ] && [ -n "${FLINK_HOME:-}" ]; then echo "$FLINK_HOME"; exit; fi
BASE=${RIVULET_FLINK:-$HOME/.cache/rivulet-flink}
HOME_DIR=$BASE/flink-$VERSION
PYTHON=$BASE/venv/bin/python

install() {
  for tool in python3 mvn; do command -v "$tool" >/dev/null || { echo "flink-home.sh needs $tool on first use." >&2; exit 1; }; done
  rm -rf "$BASE/venv" "$HOME_DIR"
  python3 -m venv "$BASE/venv" >&2
  "$BASE/venv/bin/pip" install --quiet "apache-flink==$VERSION" >&2
  cp -r "$BASE"/venv/lib/python3*/site-packages/pyflink "$HOME_DIR"
  # `copy` knows the user's settings and repository, wherever they are.
  mvn -q -B dependency:copy -Dartifact="org.apache.flink:flink-sql-connector-kafka:$CONNECTOR" -DoutputDirectory="$HOME_DIR/lib" >&2
  chmod +x "$HOME_DIR"/bin/*
  mkdir -p "$HOME_DIR/log"
  touch "$HOME_DIR/.complete"
}

mkdir -p "$BASE"
# Two test runs that begin together install once.
if command -v flock >/dev/null; then exec 9>"$BASE/.lock"; flock 9; fi
[ -f "$HOME_DIR/.complete" ] || install
if [ "$WHAT" = python ]; then echo "$PYTHON"; else echo "$HOME_DIR"; fi
