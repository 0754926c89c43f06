import { randomBytes } from 'node:crypto'
import type { Apply, Question } from '../connect/connection.ts'
import { quote, type Script } from './sh.ts'

/**
 * The text of one message to a long-lived POSIX shell that reads commands from its standard input. The reply
 * is read by reply.ts; docs/decisions/0001-batch-protocol.md says why it looks like this.
 */
export interface Message {
  apply?: Apply
  questions?: readonly Question[]
}

/**
 * The word that starts every frame of one message's reply: not guessable by what a question prints. Its length
 * is a multiple of three, so that base64 of anything that begins with it begins with its base64.
 */
export function newFrame(): string {
  return `@hakube1-${randomBytes(12).toString('hex')}`
}

/** What the functions need to know about the host. */
const prepare = String.raw`
cd . 2>/dev/null || cd /
hakube_setsid=setsid
command -v setsid >/dev/null 2>&1 || hakube_setsid=
if command -v base64 >/dev/null 2>&1; then
  hakube_encode() { base64; }
else
  hakube_encode() { printf '\n%s od\n' "$hakube_f"; od -An -v -tx1; }
fi
hakube_hello() { printf '%s hello %s %s\n' "$hakube_f" "$$" "$hakube_setsid"; }
`

/**
 * A question runs in a subshell, by eval: its syntax errors, exits and redirections stay its own. Its bytes
 * go to the encoder of all answers; standard error waits in a variable (there may be no writable place for a
 * file), and follows where the question failed.
 */
const ask = String.raw`
hakube_q() {
  {
    hakube_e=$(exec 2>&1 >&3 3>&- </dev/null; hakube_s=$2; unset hakube_f; set --; eval "$hakube_s")
    hakube_r=$?
  } 3>&1
  hakube_n=0
  if [ "$hakube_r" -ne 0 ] && [ -n "$hakube_e" ]; then
    printf '%s' "$hakube_e"
    hakube_n=$(printf '%s' "$hakube_e" | wc -c)
  fi
  printf '\n%s q %s %s %s\n' "$hakube_f" "$1" "$hakube_n" "$hakube_r"
}
`

/**
 * The apply's output goes to files that are already unlinked when it starts: a daemon that it leaves behind
 * cannot hold the reply open, and a lost connection leaves nothing on the disk. Its text travels over a pipe,
 * since arguments are visible to every user and limited in length.
 */
const change = String.raw`
hakube_dir() {
  umask 077
  for hakube_t in "$TMPDIR" /tmp /run /dev/shm; do
    [ -n "$hakube_t" ] && mktemp -d "$hakube_t/hakube.XXXXXXXX" 2>/dev/null && return
  done
  mktemp -d /tmp/hakube.XXXXXXXX 2>&1
}
hakube_applied() {
  printf '\n%s out\n' "$hakube_f"
  cat
  printf '\n%s code %s\n' "$hakube_f" "$hakube_r"
}
hakube_apply() {
  hakube_r=
  hakube_d=$(hakube_dir)
  if [ -d "$hakube_d" ]; then
    {
      rm -rf "$hakube_d"
      printf '%s\n%s' "$hakube_f" "$1" | $hakube_setsid /bin/sh -c '
        IFS= read -r hakube_f
        printf "\n%s pid %s\n" "$hakube_f" "$$ $1"
        hakube_s=$(cat)
        exec >&4 2>&5 </dev/null 4>&- 5>&- 6<&- 7<&-
        unset hakube_f
        set --
        eval "$hakube_s"' sh "$hakube_setsid"
      hakube_r=$?
      { hakube_hello; cat <&6; hakube_applied <&7; } | hakube_encode
    } 4>"$hakube_d/out" 5>"$hakube_d/err" 6<"$hakube_d/out" 7<"$hakube_d/err"
  fi
  if [ -z "$hakube_r" ]; then
    rm -rf "$hakube_d" 2>/dev/null
    hakube_r=73
    hakube_d="no private directory for the output: $hakube_d"
    { hakube_hello; printf '%s' "$hakube_d" | hakube_applied; } | hakube_encode
  fi
}
`

/**
 * The text to write to the shell. The first message to a shell brings the functions that it needs. All answers
 * go through one encoder, which writes them in large pieces: many small ones would wait for each other in TCP.
 */
export function messageText(message: Message, frame: string, first: boolean): string {
  const parts = [`hakube_f=${quote(frame)}`]
  if (first) parts.push(prepare, ask, change)
  if (message.apply) parts.push(`hakube_apply ${word(message.apply.script)}`)
  parts.push('{', 'hakube_hello')
  message.questions?.forEach((question, index) => parts.push(`hakube_q ${index} ${word(question.script)}`))
  parts.push(String.raw`printf '\n%s end\n' "$hakube_f"`, '} | hakube_encode')
  return `${parts.join('\n')}\n`
}

function word(script: Script): string {
  return quote(script.text)
}
