/** The wrapper's exit code when the disk was full as it wrote down who it is; it ran nothing. */
export const CLAIM_FAILED = 74;

/**
 * Runs a command for whom nobody may be there when it ends. On Linux it is shell builtins alone, so
 * that it costs one process; two more where the command is fed what is appended to a file.
 *
 * - It claims the folder by creating `identity`, which fails when it exists and ends the shell: of
 *   many starts, one runs.
 * - A trap that does nothing lets it live through a signal to its group, and record the end. Its
 *   child is waited for in the foreground: one in the background would be deaf to SIGINT.
 * - The exit record says when it was by the clock of start times, which proves later that a process
 *   of the group was there before the group could have been anyone else's.
 * - What is fed ends with an empty line, or with the command; then the command's input ends. Nobody
 *   else holds it open, so whoever appends may die and another go on.
 * - A full disk delays the exit record; it does not lose it.
 */
export const WRAPPER = `
folder=$1 boot=$2 stdin=$3 follows=$4 note=$5
shift 5
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
feed() {
  tail -n +1 -f "$stdin" 2> /dev/null |
    while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done
}
if [ "$follows" ]; then
  { feed & } | "$@" >> "$folder/stdout" 2>> "$folder/stderr"
  code=$?
  printf '\\n\\n' >> "$stdin"
else
  "$@" < "$stdin" >> "$folder/stdout" 2>> "$folder/stderr"
  code=$?
fi
uptime=
[ -r /proc/uptime ] && read -r uptime rest < /proc/uptime
until printf '%s %s\\n' "$code" "$uptime" > "$folder/exit"; do
  [ -d "$folder" ] || exit
  sleep 1
done
`;
