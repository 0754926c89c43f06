import { type Command, Option } from 'commander'
import { collect, colons, commas, once, positive } from './option-values.ts'
import { addVaultOptions } from './vault-options.ts'

/** `-i`, which may be given several times. */
export function inventoryOption(): Option {
  return new Option(
    '-i, --inventory <file>',
    'inventory file, folder, or "host1,host2,"; may be given several times',
  ).argParser(collect)
}

/** Declares what every command takes that reaches hosts: which hosts, how to log in, how to report. */
export function shared(command: Command): Command {
  return addVaultOptions(command)
    .addOption(inventoryOption())
    .option('-l, --limit <pattern>', 'only these of the hosts', once)
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('-f, --forks <n>', 'hosts worked on at a time (25)', positive)
    .option('-u, --user <name>', 'user to log in as')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('--connection-password-file <file>', 'file with the login password, or program that prints it')
    .option('--become-password-file <file>', 'the same for the password that becoming another user needs')
    .option('-K, --ask-become-pass', 'ask for the password that becoming another user needs')
    .option('-b, --become', 'become root (or --become-user) by sudo (or --become-method)')
    .option('--become-user <name>', 'user to become')
    .addOption(
      new Option('--become-method <program>', 'what to become another user by').choices([
        'sudo',
        'su',
        'doas',
      ]),
    )
    .option('--private-key <file>', 'key to log in with')
    .addOption(
      new Option('--host-key-checking <policy>', 'what to do about unknown host keys').choices([
        'strict',
        'accept-new',
        'no',
      ]),
    )
    .option('-T, --timeout <seconds>', 'time-out of a connection attempt', positive)
    .option('-v, --verbose', 'say more; twice for more yet', (_: string, before: number) => before + 1, 0)
    .addOption(new Option('-o, --output <format>', 'how to report').choices(['pretty', 'plain', 'json']))
}

/** What `--without` says of itself. */
export const WITHOUT =
  'modules that hakube does not have, with commas: no mistakes, and a host that reaches one fails'

/** Declares what apply and check take beside the shared options. */
export function applyOptions(command: Command): Command {
  return command
    .argument('[playbook]')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', commas)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', commas)
    .option('--start-at-task <name>', 'leave out the tasks before this one')
    .option('--roles-path <folders>', 'where roles are, beside roles/ (several with :)', colons)
    .option('--without <modules>', WITHOUT, commas)
    .option('--force-handlers', 'run notified handlers even on hosts that have failed')
    .option('--adopt', 'let the bundled playbook replace configs that hakube did not write; a backup is kept')
    .option(
      '--upgrade',
      'have the bundled playbook bring the newest haproxy and keepalived of the repositories',
    )
    .option('--allow-degraded', 'change an endpoint although some of its nodes cannot be reached')
    .option('--allow-outage', 'change VRRP although the address may be away, or held twice, meanwhile')
    .option('--list-hosts', 'print the hosts and stop')
    .option('--list-tasks', 'print the tasks and stop')
    .option('--syntax-check', 'read everything, connect nowhere')
}
