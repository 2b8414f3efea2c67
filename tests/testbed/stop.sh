#!/usr/bin/env bash
# stop.sh WORK...: stops every peer that was started in WORK, with its sessions, by its pid files and nothing else.
set -euo pipefail

runs() { # runs PID: not when it has ended and only waits for its parent to notice
  [[ -r /proc/$1/stat ]] && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null
}

for work in "$@"; do
  while IFS= read -r file; do
    read -r pid _ <"$file" || true
    rm -f "$file"
    [[ ${pid:-} =~ ^[0-9]+$ ]] || continue
    mapfile -t sessions < <(pgrep -P "$pid" || true)
    kill -TERM "$pid" "${sessions[@]}" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do
      runs "$pid" || break
      sleep 0.05
    done
    ! runs "$pid" || kill -KILL "$pid" 2>/dev/null || true
  done < <(find "$work" -maxdepth 2 -name '*.pid' -type f)
done
