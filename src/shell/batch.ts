import { randomBytes } from 'node:crypto'
import type { Apply, Question } from '../connect/connection.ts'
import { quote, type Script } from './sh.ts'

/**
 * The text of one message to a long-lived POSIX shell that reads commands from its standard input. The reply
 * is read by reply.ts; docs/decisions/batch-protocol.md says why it looks like this.
 */
export interface Message {
  apply?: Apply
  questions?: readonly Question[]
}

/** The word that starts every frame line of one message's reply: not guessable by what a question prints. */
export function newFrame(): string {
  return `@hakube-${randomBytes(12).toString('hex')}`
}

/**
 * Says hello, with the encoding of all bytes to come, whether an apply gets its own process group, and the
 * shell's process id. The empty line ends a line that a profile may have left open.
 */
const hello = String.raw`
cd . 2>/dev/null || cd /
hakube_enc=base64
hakube_setsid=setsid
command -v base64 >/dev/null 2>&1 || hakube_enc='od -An -v -tx1'
command -v setsid >/dev/null 2>&1 || hakube_setsid=
printf '\n%s hello %s %s %s\n' "$hakube_f" "$$" "$hakube_enc" "$hakube_setsid"
`

/**
 * A question runs in a subshell, by eval: its syntax errors, exits and redirections stay its own. Its bytes
 * go through the encoder at once; standard error waits in a variable (there may be no writable place for a
 * file), and exit status and length of the error text end the encoded stream.
 */
const ask = String.raw`
hakube_q() {
  printf '%s q %s\n' "$hakube_f" "$1"
  {
    hakube_e=$(exec 2>&1 >&3 3>&- </dev/null; hakube_s=$2; set --; eval "$hakube_s")
    hakube_r=$?
    hakube_n=0
    if [ "$hakube_r" -ne 0 ] && [ -n "$hakube_e" ]; then
      printf '%s' "$hakube_e"
      hakube_n=$(printf '%s' "$hakube_e" | wc -c)
    fi
    printf '\n%s %s' "$hakube_n" "$hakube_r"
  } 3>&1 | $hakube_enc
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
hakube_apply() {
  hakube_r=
  hakube_d=$(hakube_dir)
  if [ -d "$hakube_d" ]; then
    {
      rm -rf "$hakube_d"
      printf '%s\n%s' "$hakube_f" "$1" | $hakube_setsid /bin/sh -c '
        IFS= read -r hakube_f
        printf "%s pid %s\n" "$hakube_f" "$$"
        hakube_s=$(cat)
        exec >&4 2>&5 </dev/null 4>&- 5>&- 6<&- 7<&-
        unset hakube_f
        eval "$hakube_s"' sh
      hakube_r=$?
      printf '%s out\n' "$hakube_f"; $hakube_enc <&6
      printf '%s err\n' "$hakube_f"; $hakube_enc <&7
      printf '%s code %s\n' "$hakube_f" "$hakube_r"
    } 4>"$hakube_d/out" 5>"$hakube_d/err" 6<"$hakube_d/out" 7<"$hakube_d/err"
  fi
  if [ -z "$hakube_r" ]; then
    rm -rf "$hakube_d" 2>/dev/null
    printf '%s out\n%s err\n' "$hakube_f" "$hakube_f"
    printf 'no private directory for the output: %s' "$hakube_d" | $hakube_enc
    printf '%s code 73\n' "$hakube_f"
  fi
}
`

/** The text to write to the shell. The first message to a shell brings the functions that it needs. */
export function messageText(message: Message, frame: string, first: boolean): string {
  const parts = [`hakube_f=${quote(frame)}`]
  if (first) parts.push(ask, change, hello)
  if (message.apply) parts.push(`hakube_apply ${word(message.apply.script)}`)
  message.questions?.forEach((question, index) => parts.push(`hakube_q ${index} ${word(question.script)}`))
  parts.push(String.raw`printf '%s end\n' "$hakube_f"`)
  return `${parts.join('\n')}\n`
}

function word(script: Script): string {
  return quote(script.text)
}
