#!/usr/bin/env bash
# Prints the home of an Apache Flink 2.3 with its Kafka SQL connector, installing it on first use; FLINK_HOME wins.
#   flink-home.sh            bin/flink, bin/sql-client.sh, lib/, conf/
#   flink-home.sh python     the Python that has PyFlink of the same version
#   flink-home.sh jdbc       the class path of Flink's JDBC driver of the same version (needs mvn only)
# The distribution is the one inside the Python package apache-flink, the connector is Maven's: python3 with venv and mvn to install,
# java 17 to run. Everything lives in $RIVULET_FLINK (default ~/.cache/rivulet-flink).
set -euo pipefail
VERSION=2.3.0
CONNECTOR=5.0.0-2.2
WHAT=${1:-home}
case $WHAT in home | python | jdbc) ;; *) sed -n '2,7p' "$0" >&2; exit 2 ;; esac
if [ "$WHAT" = home ] && [ -n "${FLINK_HOME:-}" ]; then echo "$FLINK_HOME"; exit; fi
BASE=${RIVULET_FLINK:-$HOME/.cache/rivulet-flink}
HOME_DIR=$BASE/flink-$VERSION
PYTHON=$BASE/venv/bin/python

need() {
  for tool in "$@"; do command -v "$tool" >/dev/null || { echo "flink-home.sh needs $tool on first use." >&2; exit 1; }; done
}

install() {
  need python3 mvn
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

install_jdbc() {
  need mvn
  rm -rf "$BASE/jdbc"
  # The bundle leaves slf4j to its user.
  for artifact in org.apache.flink:flink-sql-jdbc-driver-bundle:$VERSION org.slf4j:slf4j-nop:1.7.36 org.slf4j:slf4j-api:1.7.36; do
    mvn -q -B dependency:copy -Dartifact="$artifact" -DoutputDirectory="$BASE/jdbc" >&2
  done
  touch "$BASE/jdbc/.complete"
}

mkdir -p "$BASE"
# Two test runs that begin together install once.
if command -v flock >/dev/null; then exec 9>"$BASE/.lock"; flock 9; fi
if [ "$WHAT" = jdbc ]; then
  [ -f "$BASE/jdbc/.complete" ] || install_jdbc
  printf '%s:' "$BASE"/jdbc/*.jar | sed 's/:$//'
  exit
fi
[ -f "$HOME_DIR/.complete" ] || install
# What bin/sql-client.sh needs and the Python package leaves out.
[ -f "$HOME_DIR/opt/flink-sql-gateway-$VERSION.jar" ] || {
  need mvn
  mvn -q -B dependency:copy -Dartifact="org.apache.flink:flink-sql-gateway:$VERSION" -DoutputDirectory="$HOME_DIR/opt" >&2
}
if [ "$WHAT" = python ]; then echo "$PYTHON"; else echo "$HOME_DIR"; fi
