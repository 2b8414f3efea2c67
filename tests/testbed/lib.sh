# shellcheck shell=bash
# What the scripts of the test bed share; sourced, never run.
umask 022

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

prepare() { # prepare DIR: makes it, prints its absolute path
  mkdir -p "$1"
  chmod 755 "$1"
  (cd "$1" && pwd -P)
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # prints a port of this machine on which nothing listens
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    port_open "$port" || { printf '%s\n' "$port"; return; }
  done
  die "no free port found"
}
