/** The wrapper's exit code when the disk was full as it wrote down who it is; it ran nothing. */
export const CLAIM_FAILED = 74;

/**
 * Runs a command for whom nobody may be there when it ends. On Linux it is shell builtins alone, so
 * that it costs one process.
 *
 * - It claims the folder by creating `identity`, which fails when it exists and ends the shell: of
 *   many starts, one runs.
 * - A trap that does nothing lets it live through a signal to its group, and record the end. Its
 *   child is waited for in the foreground: one in the background would be deaf to SIGINT.
 * - The exit record says when it was by the clock of start times, which proves later that a process
 *   of the group was there before the group could have been anyone else's.
 * - A full disk delays the exit record; it does not lose it.
 */
export const WRAPPER = `
folder=$1 boot=$2 stdin=$3 note=$4
shift 4
if [ -r /proc/$$/stat ]; then
  read -r stat < /proc/$$/stat
  start() { shift 19; started=$1; }
  start \${stat##*) }
else
  started=$(LC_ALL=C TZ=UTC /bin/ps -o lstart= -p $$)
  started=$(echo $started)
fi
set -C
exec 3> "$folder/identity"
printf '%s\\n%s\\n%s\\n%s\\n' "$$" "$started" "$boot" "$note" >&3 || exit ${CLAIM_FAILED}
exec 3>&-
set +C
trap : HUP INT QUIT TERM USR1 USR2
"$@" < "$stdin" >> "$folder/stdout" 2>> "$folder/stderr"
code=$?
uptime=
[ -r /proc/uptime ] && read -r uptime rest < /proc/uptime
until printf '%s %s\\n' "$code" "$uptime" > "$folder/exit"; do
  [ -d "$folder" ] || exit
  sleep 1
done
`;
