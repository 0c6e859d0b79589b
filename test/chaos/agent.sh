# An agent of the crash tests: what it does follows from the first line of its prompt and from the
# attempt's number, so that every run comes to the same files, whoever is killed on the way.
#
# What it has done, it tells a log outside the repository, after it has done it: whatever is in the
# log must still be found when all has ended.
set -eu

task=$1 attempt=$2
number=${attempt##*-}
file=work/$task.txt
read -r kind inputs

tell() { echo "$*" >> "$HOME/agents.log"; }

# Not the result yet, and only ever here: if this agent is killed, somebody must have kept it.
note() {
  mkdir -p work
  echo "$attempt was here" > "$file"
  id=$(git hash-object "$file")
  tell note "$attempt" "$id"
}

result() {
  tell replaced "$attempt"
  {
    for input in $inputs; do cat "work/$input.txt"; done
    echo "$task"
  } > "$file"
}

commit() {
  git add --all
  git diff --cached --quiet || git commit --quiet --message "$1 $task"
  # As an argument, a git that is killed would tell of a commit without a name.
  id=$(git rev-parse HEAD)
  tell commit "$attempt" "$id"
}

break_it() {
  tell replaced "$attempt"
  echo BROKEN > "$file"
  commit "Break"
}

tell start "$attempt" $$
note
case $kind in
  commit)
    result
    commit "Write"
    ;;
  leave)
    sleep 0.05
    result
    ;;
  slow)
    for part in 1 2 3; do
      sleep 0.1
      echo "part $part" > "work/$task-part.txt"
      commit "Write part $part of"
    done
    result
    commit "Finish"
    ;;
  flaky)
    if [ "$number" = 1 ]; then break_it; else result; fi
    commit "Write"
    ;;
  crash)
    if [ "$number" = 1 ]; then
      commit "Begin"
      exit 1
    fi
    result
    ;;
  shared)
    # Whoever does this at the same time meets a merge conflict.
    lines=$({ cat shared.txt; echo "$task"; } | sort -u)
    sleep 0.15
    echo "$lines" > shared.txt
    result
    commit "Share"
    ;;
  amend)
    result
    commit "Write"
    git commit --quiet --amend --message "Write $task better"
    commit "Write"
    ;;
  strays)
    result
    commit "Write"
    sleep 300 &
    setsid sleep 300 &
    ;;
  endless)
    sleep 300
    ;;
  hopeless)
    break_it
    ;;
esac
tell end "$attempt"
