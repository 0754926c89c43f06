import { createInterface } from 'node:readline/promises'
import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { readAdminConf, renamed, type Credentials } from '../export/admin-conf.ts'
import { hostAndPort, readPlanned } from '../export/endpoint.ts'
import { fetchFromControlPlane } from '../export/fetch.ts'
import { changeKubeconfig, kubeconfigFile } from '../export/kubeconfig-file.ts'
import { kubeadm } from '../export/kubeadm.ts'
import { kubespray } from '../export/kubespray.ts'
import { merge, NameClash, type Merged } from '../export/merge.ts'
import type { RunOptions } from '../run/options.ts'
import { terminalText } from '../terminal-text.ts'
import { bundledPlaybook } from './bundled.ts'
import type { ExportOptions } from './options.ts'
import { reporterFor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

export type ExportFormat = 'kubespray' | 'kubeadm' | 'kubeconfig'

/** `hakube export …`: hands the endpoint over to what installs the cluster, or to kubectl. */
export async function exportTo(
  format: ExportFormat,
  options: ExportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  checkName(options.name)
  const given = await runOptions(bundledPlaybook(), options, terminal, `hakube export ${format}`)
  const reporter = reporterFor({ ...options, output: 'plain' }, terminal, (text) =>
    given.redactor.redact(text),
  )
  const run: RunOptions = {
    ...given,
    bundled: true,
    emit: (event) => reporter.handle(event),
  }
  const planned = await readPlanned(run, options.cluster)
  if (format === 'kubespray') terminal.stdout.write(kubespray(planned.endpoint, options.name))
  else if (format === 'kubeadm')
    terminal.stdout.write(kubeadm(planned.endpoint, options.name, options.configVersion ?? 'v1beta4'))
  else {
    const file = kubeconfigFile(options.file, terminal.env, terminal.cwd)
    const path = options.adminConf ?? '/etc/kubernetes/admin.conf'
    const { host, text } = await fetchFromControlPlane(planned, path, run)
    const server = `https://${hostAndPort(planned.endpoint, options.name)}`
    const own = readAdminConf(text, `${path} of ${host}`, server)
    await save(
      file,
      options.contextName === undefined ? own : renamed(own, options.contextName),
      options,
      terminal,
    )
  }
  return EXIT.ok
}

function checkName(name: string | undefined): void {
  if (
    name === undefined ||
    /^(?=.{1,253}$)[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(name)
  )
    return
  throw new HakubeError(`${JSON.stringify(name)} is no host name`, {
    code: 'wrong-name',
    hint: 'write a name that resolves to the virtual address, such as api.example.com',
  })
}

async function save(
  file: string,
  credentials: Credentials,
  options: ExportOptions,
  terminal: Terminal,
): Promise<void> {
  await changeKubeconfig(file, async (before) => {
    const { merged, context } = await mergeAsking(before, credentials, file, options, terminal)
    const server = String(credentials.cluster['server'])
    const what = terminalText(`context ${context} (${server})`)
    if (merged.same) terminal.stdout.write(`${file} has ${what} already\n`)
    else terminal.stdout.write(`${file}: ${what}${merged.isCurrent ? ', the current one' : ''}\n`)
    // What is there already may still be readable by others: it is written in any case.
    return merged.text
  })
}

/** Merges; where names clash, somebody at a terminal is asked for another one, until it is free. */
async function mergeAsking(
  before: string | undefined,
  credentials: Credentials,
  file: string,
  { replace, contextName }: ExportOptions,
  terminal: Terminal,
): Promise<{ merged: Merged; context: string }> {
  let current = credentials
  for (;;) {
    try {
      return { merged: merge(before, current, { file, replace: replace ?? false }), context: current.context }
    } catch (error) {
      const canAsk = contextName === undefined && terminal.stdin.isTTY === true
      if (!(error instanceof NameClash) || !canAsk) throw error
      terminal.stderr.write(`${terminalText(error.message)}\n`)
      const name = await askName(terminal)
      if (name === '') throw error
      current = renamed(credentials, name)
    }
  }
}

async function askName(terminal: Terminal): Promise<string> {
  const lines = createInterface({ input: terminal.stdin })
  terminal.stderr.write('Name for the new context (nothing: leave the file as it is): ')
  try {
    return (await lines.question('', { signal: terminal.interrupt })).trim()
  } catch {
    throw new HakubeError('interrupted', { code: 'interrupted', exitCode: EXIT.interrupted })
  } finally {
    lines.close()
  }
}
