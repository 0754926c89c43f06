import { type Command, Option } from 'commander'
import type { ExitCode } from '../errors.ts'
import { applyOptions, inventoryOption, shared, WITHOUT } from './declare-options.ts'
import { collect, colons, commas, once } from './option-values.ts'
import type {
  ApplyOptions,
  ExportOptions,
  FactsOptions,
  InventoryOptions,
  LintOptions,
  SharedOptions,
  StatusOptions,
  TeardownOptions,
  TrustOptions,
  VerifyOptions,
} from './options.ts'
import type { Terminal } from './terminal.ts'
import { addVaultCommand } from './vault-command.ts'
import { addVaultOptions } from './vault-options.ts'

/** Declares every command. What a command needs is loaded when it runs: start-up counts. */
export function addCommands(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  applyOptions(shared(program.command('apply')))
    .description(
      'bring the hosts to the state that a playbook describes; without one, the bundled playbooks/ha.yml',
    )
    .option('-C, --check', 'change nothing, say what would change')
    .option('-D, --diff', 'show the differences')
    .action(async (playbook: string | undefined, options: ApplyOptions) => {
      const { apply } = await import('./apply.ts')
      done(await apply(playbook, options, terminal, process.argv.slice(2)))
    })
  applyOptions(shared(program.command('check')))
    .description('the same as apply --check --diff')
    .action(async (playbook: string | undefined, options: ApplyOptions) => {
      const { apply } = await import('./apply.ts')
      done(await apply(playbook, { ...options, check: true, diff: true }, terminal, process.argv.slice(2)))
    })
  shared(program.command('teardown'))
    .description('take the endpoint out of the nodes again: the address first, then keepalived and haproxy')
    .option('-C, --check', 'change nothing, say what would change')
    .option('-D, --diff', 'show the differences')
    .option('-y, --yes', 'do not ask')
    .action(async (options: TeardownOptions) => {
      const { teardown } = await import('./teardown.ts')
      done(await teardown(options, terminal, process.argv.slice(2)))
    })
  shared(program.command('verify'))
    .description('look at the endpoint, and say whether it is highly available now; changes nothing')
    .option('--junit <file>', 'also write the findings to this file, as JUnit XML')
    .action(async (options: VerifyOptions) => {
      const { verify } = await import('./verify.ts')
      done(await verify(options, terminal))
    })
  shared(program.command('preflight'))
    .description(
      'what apply looks at before its first change: whether the endpoint can work; changes nothing',
    )
    .action(async (options: SharedOptions) => {
      const { preflight } = await import('./preflight.ts')
      done(await preflight(options, terminal))
    })
  shared(program.command('status'))
    .description('the endpoint at a glance: who holds each address, and what runs on which node')
    .option('-w, --watch', 'look again every second, until q or Ctrl-C')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status.ts')
      done(await status(options, terminal))
    })
  addExportCommand(program, terminal, done)
  shared(program.command('facts'))
    .description('gather and print facts')
    .argument('[pattern]', 'hosts to ask', 'all')
    .option('--json', 'all facts, as JSON by host')
    .action(async (pattern: string, options: FactsOptions) => {
      const { facts } = await import('./facts.ts')
      done(await facts(pattern, options, terminal))
    })
  const hosts = program.command('hosts').description('what is known about the hosts of an inventory')
  shared(hosts.command('trust'))
    .description('show the keys of the hosts, and add them to known_hosts once they are confirmed')
    .argument('[pattern]', 'hosts to look at', 'all')
    .option('-y, --yes', 'add them without asking')
    .option('--replace', 'also put new keys in the place of known ones that have changed')
    .action(async (pattern: string, options: TrustOptions) => {
      const { trust } = await import('./hosts.ts')
      done(await trust(pattern, options, terminal))
    })
  addVaultOptions(program.command('inventory'))
    .description('print the inventory as hakube understands it')
    .addOption(inventoryOption())
    .option('--list', "everything, in the JSON of Ansible's dynamic inventories")
    .option('--graph', 'groups and hosts as a tree, from GROUP or all down')
    .option('--vars', 'with --graph: the variables of each host and group, too')
    .option('--host <name>', 'the variables of one host, as JSON')
    .option(
      '--explain <host.var>',
      'every place that sets a variable, and why one wins; HOST for all of its variables',
    )
    .option('-y, --yaml', 'YAML instead of JSON, for --list and --host')
    .option('--json', 'JSON, for --explain')
    .option('-l, --limit <pattern>', 'only these of the hosts', once)
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('--playbook-dir <dir>', 'directory of the playbook, whose group_vars and host_vars count, too')
    .argument('[group]', 'with --graph: where the tree begins')
    .action(async (group: string | undefined, options: InventoryOptions) => {
      const { inventory } = await import('./inventory.ts')
      done(await inventory(group, options, terminal))
    })
  addVaultOptions(program.command('lint'))
    .description(
      'find mistakes in playbooks, roles, keepalived.conf and haproxy.cfg; with -i alone, show the failover budget; connects nowhere',
    )
    .argument('[paths...]', 'files, told apart by what is in them, and folders')
    .addOption(inventoryOption())
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('--roles-path <folders>', 'where roles are, beside roles/ (several with :)', colons)
    .option('--without <modules>', WITHOUT, commas)
    .option('--skip <ids>', 'advice that is not wanted, with commas', commas)
    .option('--strict', 'advice ends with exit code 1, too')
    .addOption(
      new Option('-o, --output <format>', 'how to report').choices(['pretty', 'plain', 'json', 'github']),
    )
    .action(async (paths: string[], options: LintOptions) => {
      const { lint } = await import('./lint.ts')
      done(await lint(paths, options, terminal))
    })
  addVaultCommand(program, terminal, done)
  program
    .command('modules')
    .description('list the task modules, or explain one')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      const { modules } = await import('./modules.ts')
      done(modules(name, terminal))
    })
  program
    .command('keywords')
    .description('list the keywords of plays, blocks and tasks, or explain one')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      const { keywords } = await import('./keywords.ts')
      done(keywords(name, terminal))
    })
}

function addExportCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const parent = program.command('export').description('hand the endpoint over to what installs the cluster')
  const add = (format: 'kubespray' | 'kubeadm' | 'kubeconfig', description: string): Command =>
    shared(parent.command(format))
      .description(description)
      .option('--name <name>', 'name of the endpoint, where one resolves to its address')
      .option('--cluster <name>', 'the cluster (ha_cluster) that is meant, where the inventory has several')
      .action(async (options: ExportOptions) => {
        const { exportTo } = await import('./export.ts')
        done(await exportTo(format, options, terminal))
      })
  add('kubespray', 'print group variables for kubespray')
  add('kubeadm', "print what kubeadm's configuration must say about the endpoint").addOption(
    new Option('--config-version <version>', 'version of kubeadm’s configuration').choices([
      'v1beta4',
      'v1beta3',
    ]),
  )
  add('kubeconfig', 'fetch admin.conf, and put it with the virtual address into a kubeconfig')
    .option('--admin-conf <path>', 'the file on the control-plane nodes (/etc/kubernetes/admin.conf)')
    .option('--file <file>', 'the kubeconfig to put it into ($KUBECONFIG, else ~/.kube/config)')
    .option('--context-name <name>', 'name of the context, cluster and user in it')
    .option('--replace', 'replace what has the same name there')
}
