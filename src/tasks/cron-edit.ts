/** What a cron task is to do with the lines of a crontab. */
export type CronEdit =
  | { what: 'job'; name: string; line: string | undefined }
  | {
      what: 'env'
      name: string
      value: string | undefined
      after?: string | undefined
      before?: string | undefined
    }

const MARK = '#Ansible: '

/** The lines afterwards; undefined: nothing has to change. Throws TypeError where it cannot be done. */
export function editCrontab(text: string, edit: CronEdit): string | undefined {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split(/\r\n|\r|\n/)
  const changed = edit.what === 'job' ? editJob(lines, edit) : editEnv(lines, edit)
  // A crontab without a newline at its end is not read by every cron.
  if (!changed && (text === '' || /[\r\n]$/.test(text))) return undefined
  const out = (changed ?? lines).join('\n').replace(/[\r\n]+$/, '')
  return out === '' ? '' : `${out}\n`
}

/** Names of the jobs and variables, as Ansible returns them. */
export function listCrontab(text: string): { jobs: string[]; envs: string[] } {
  const lines = text.split('\n')
  return {
    jobs: lines.flatMap((line) => (line.startsWith(MARK) ? [line.slice(MARK.length)] : [])),
    envs: lines.flatMap((line) => (/^\S+=/.test(line) ? [line.slice(0, line.indexOf('='))] : [])),
  }
}

/** A job is the line below the one that names it. */
function editJob(
  lines: readonly string[],
  { name, line }: Extract<CronEdit, { what: 'job' }>,
): string[] | undefined {
  const mark = `${MARK}${name}`
  const at = markedAt(lines, name)
  if (line === undefined) return at === undefined ? undefined : withJob(lines, mark, [])
  if (at !== undefined) return lines[at + 1] === line ? undefined : withJob(lines, mark, [mark, line])
  // The same job without a name, or with an empty one, gets this one.
  const same = lines.indexOf(line)
  if (same === -1) return [...lines, mark, line]
  const above = lines[same - 1]
  if (above === undefined || !above.startsWith(MARK)) return lines.toSpliced(same, 0, mark)
  return above === `${MARK}None` && name !== '' ? lines.toSpliced(same - 1, 1, mark) : [...lines, mark, line]
}

/** Where the line is that names the job and has another one below. */
function markedAt(lines: readonly string[], name: string): number | undefined {
  for (let at = 0; at < lines.length - 1; at++) {
    const line = lines[at] ?? ''
    if (!line.startsWith(MARK)) continue
    if (line.slice(MARK.length) === name) return at
    // Whatever is below a name is a job, and names nothing.
    at++
  }
  return undefined
}

function withJob(lines: readonly string[], mark: string, instead: readonly string[]): string[] {
  const out: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line !== mark) out.push(line)
    else if (at + 1 < lines.length) {
      out.push(...instead)
      at++
    }
  }
  return out
}

function editEnv(lines: readonly string[], edit: Extract<CronEdit, { what: 'env' }>): string[] | undefined {
  const { name, value } = edit
  const is = (line: string, other: string): boolean => line.startsWith(`${other}=`)
  const at = lines.findIndex((line) => is(line, name))
  if (value === undefined) return at === -1 ? undefined : lines.filter((line) => !is(line, name))
  const line = `${name}="${value}"`
  if (at !== -1) return lines[at] === line ? undefined : lines.map((each) => (is(each, name) ? line : each))
  const other = edit.after ?? edit.before
  if (other === undefined) return [line, ...lines]
  const place = lines.findIndex((each) => is(each, other))
  if (place === -1) throw new TypeError(`there is no variable ${other}`)
  return lines.toSpliced(edit.after === undefined ? place : place + 1, 0, line)
}
