import { FILTERS } from '../../src/jinja/filters/index.ts'
import { BUILT_IN_LOOKUPS } from '../../src/jinja/lookups-pure.ts'
import { TESTS } from '../../src/jinja/tests.ts'
import { METAS } from '../../src/playbook/model.ts'
import { LOOKUPS } from '../../src/playbook/environment.ts'
import {
  BLOCK_KEYWORDS,
  HANDLER_KEYWORDS,
  LOOP_KEYWORDS,
  PLAY_KEYWORDS,
  type Support,
  TASK_KEYWORDS,
} from '../../src/playbook/keywords.ts'

/** docs/playbooks.md: what of Ansible's language is supported, read off the code that decides it. */
export function languagePage(): string {
  return `# Playbooks

Written by \`npm run gen\` from the code; do not edit.

hakube reads Ansible's playbooks: YAML 1.1 as PyYAML reads it, Ansible's keywords, module names, precedence of variables and handlers, and Jinja2. What is not supported is refused before any host is touched, with file, line, column and what to write instead. The modules have pages of their own in [modules](modules/README.md), the [keywords](keywords.md) one for all of them; [support](support.md) says what of ansible-core there is, [templates and expressions](jinja.md) tells about Jinja2: values, limits, errors, and where it differs from Ansible. \`hakube lint\` [looks](lint.md) at playbooks and roles without any host.

Editors complete and check playbooks by [playbook.json](schema/playbook.json), files of tasks by [tasks.json](schema/tasks.json); with the YAML language server a first line \`# yaml-language-server: $schema=PATH/playbook.json\` says so.

All mistakes are told together: those of the playbook, of the roles and files that it imports, of files and roles that includes name outright and no condition guards, and of the template files that tasks name. Each comes with its place, what was probably meant, and the page that tells more (\`docs/…\` in the folder of the package).

Worth knowing:

- Variables are rendered at use, and undefined ones are errors.
- Everything that the facts allow is rendered before the first change. A mistake in the last task stops the run before the first one.
- Facts are gathered once a run, in one round trip, for every host whose plays want them, and for hosts outside of the run whose facts are read.
- Results (\`register\`) and facts are data: a \`{{\` in them is never evaluated.
- Paths on a host may begin with \`~\` or \`~user\`: the home of who runs the task there, or of that user. \`$NAME\` and \`\${NAME}\` in them are what \`environment\` of the task says, and \`$HOME\`; any other variable is refused before the first change, with what to write instead. It costs no round trip unless a home is at an unusual place, and then one ([decision](decisions/0010-homes.md)).
- Hosts run on their own, and keep the linear order around tasks that reach further than their host: \`command\`, \`shell\`, \`wait_for\`, and all that is delegated. Where handlers do so, they meet at their flush.
- \`delegate_to\` takes any host: of the inventory, \`localhost\` for the machine hakube runs on, or an address. Variables stay those of the host that delegates; how to reach the other host and whom to become there (\`ansible_become*\`) is said by that host. A host that is in no play of the run is not locked.
- What runs on the controller (a play on localhost, \`connection: local\`, \`delegate_to: localhost\`) starts in the folder of the playbook, and relative paths there go from it, as in Ansible; on other hosts they are refused. Files that such a task makes or changes are what tasks behind it read (\`src\`, templates, lookups); in check mode what is in them is unknown. A file that is missing then is a mistake before the run only where no task may make it.
- \`ansible_play_hosts\` and \`ansible_play_batch\` leave out hosts that could not be reached when the run began, not those that have failed since: hosts run on their own. What a task with \`run_once\` gives is seen by all hosts of the batch, also where an include brings it in which they take no part; but not of one in the \`rescue\` part of another host, or whose \`run_once\` is a template. In a \`rescue\` behind its failure all of them have \`ansible_failed_task\`. A handler with \`run_once\` runs once a flush (ansible-core 2.14 may run it again on another host), and results always have \`failed\`.
- With \`strategy: free\` (and \`host_pinned\`, which is the same here) nobody waits for other hosts within a play, but for values that it reads of them; \`run_once\` has no effect then, as in Ansible, and says so. \`strategy\` of ansible.cfg counts where a play does not say it.
- \`max_fail_percentage\` ends the run for all hosts when more hosts of a batch have failed than that; unreachable ones do not count, as in Ansible. A host that fails in a block with \`always\` counts when that part is done (ansible-core 2.14 forgets it), and nobody goes on meanwhile; the same holds for \`any_errors_fatal\`, among the hosts that come to the task: those that take no part in the include or \`rescue\` around it may have gone on (in ansible-core nobody has), also where a task there ends the play. Hosts that have not failed end the \`always\` parts of the blocks they are in, and no others begin. A handler that fails at a flush amid a block goes into the nearest \`rescue\`, and in an \`always\` part it fails its host (ansible-core takes the outermost block, whose \`rescue\` may have run already). A host that ends (\`end_host\`) in an \`always\` part behind a failure has failed, and in a \`rescue\` part it is well (ansible-core has it the other way round).
- \`force_handlers\`, in the play, on the command line or in ansible.cfg, runs what was notified on hosts that fail later. Where one failure ends the run for all, it runs on all of them, as ansible-core does from 2.16 on.
- \`ignore_unreachable\` makes \`unreachable: true\` a result like others; each task tries anew to reach the host. A host that is down from the start is taken along where its first play ignores that, or asks for no facts and has tasks that ignore it. A later play that does not ignore it and asks for facts loses the host.
- \`connection\` (ssh, local and their other names), \`remote_user\`, \`port\`, \`become_flags\` and \`become_exe\` work on plays, blocks and tasks; variables of the host, and \`vars\` of the task, beat them. A task that leads another way than its host's first play has a connection of its own.
- \`timeout\` ends what a task runs on a host, with its process group, and fails the task without another try. \`async\` with \`poll\` is such a limit; \`poll: 0\` is refused.
- \`gather_subset\` and \`gather_timeout\` are accepted, and all facts are gathered whatever they say: it is one message.
- \`group_by\` and \`add_host\` change the inventory of the run: plays that have not begun select their hosts anew, and hosts that are new are connected to when their first play begins. A play keeps the number of batches that it had: hosts that would make more are in the last one.
- With \`serial\` each batch goes through the whole play before the next one begins; a batch of which nobody is left ends the run.
- A task with a module that hakube does not have is a mistake, whether or not a host would reach it. \`--without kube,helm\` takes modules out of that: their tasks may stay behind their conditions and tags, and a host that reaches one fails there. Modules of other systems (\`pacman\`, \`zypper\`, \`win_command\`, …) are treated so in any case.
- Roles are looked for in \`roles/\` beside the playbook, then where \`--roles-path\` and \`roles_path\` of ansible.cfg say. Their \`defaults\`, \`vars\`, \`tasks\`, \`handlers\`, \`files\`, \`templates\` and dependencies are Ansible's, and so is the order of variables (\`test/playbook/roles.test.ts\` was held against ansible-core 2.14). The same use of a role (one with the same parameters, \`vars\`, \`tags\` and \`when\`) runs once in a play, be it an entry of \`roles\` or a dependency, of roles that are included too: on a host where it has run to its end, its tasks are left out when it comes again. \`allow_duplicates\` says otherwise; of an import or include it is true unless written. Where its \`argument_specs\` say what it takes, its arguments are held against them before its first task, whatever tags are asked for; what is wrong refuses the run before the first change as far as it is known by then.
- \`import_tasks\`, \`import_role\` and \`import_playbook\` are read and checked before the run; their names, and those of roles, may be templates of \`-e\` and of the variables of plays, blocks and roles around them. \`include_tasks\`, \`include_role\` and \`include_vars\` may name what facts say: what they bring is checked as soon as the name is known, which is before the first change where facts are enough.
- Handlers run in the order of their lists, those of roles before the play's own, those of roles that tasks import or include behind them, each once a flush; what a handler notifies among those before it runs at the next flush. Of handlers with one name, the last list that has some counts, and in it the first of them. \`notify: "role : name"\` works. A handler that is not there is a mistake before the run, where ansible-core fails when a task notifies it; not where the tags leave the task out. An include among handlers runs its tasks before the handlers behind it. A role that is included several times with the same \`vars\` and files has its handlers once, with what the last of these includes says in which the host takes part (in ansible-core the last one at all: its condition may be false for a host that was notified); one with other \`vars\`, and each item of a loop, has handlers of its own. Handlers of roles have the conditions and keywords of what the role is used in: of the entry, of the roles that depend on it, of the block around an import or include, and of \`apply\`. Those of the same use of a role are the same ones, with the conditions of the first, as in Ansible.
- \`module_defaults\` of plays, blocks, roles and tasks give parameters to tasks that do not say them: what the nearest says of a module replaces all that is said of it further out. Short and full names mean the same. They hold for tasks that name the module: those of \`apt\` do not reach a task with \`package\`. A value that is a template as a whole is refused: write its parameters one by one.
- \`collections\` says where short names of modules are looked for; roles have those of their own \`meta/main.yml\`. Modules, filters, tests, lookups and loops (\`with_community.general.flattened\`) may have their full names. A collection that hakube does not know is refused where a task needs a module of it. Roles of collections (\`ns.coll.role\`) are looked for in folders of roles only.
- \`vars_prompt\` asks before the run, on a terminal. \`-e\` says it without a question; where nobody can answer it is its \`default\`, and refused without one. What is typed unseen (\`private\`, as is the rule) and its hash are kept out of all output. \`encrypt\` knows sha512_crypt and sha256_crypt.
- \`vars_files\` may be templates, of facts too, and lists of which the first file counts that is there. As in Ansible a file whose name hangs on something undefined is left out where no facts are gathered (hakube warns), and a mistake where they are.
- \`hosts\`, \`name\`, \`serial\` and \`order\` of a play may be templates of its own variables, its files, \`-e\` and \`groups\`; the other keywords those of the host, too. Tags may be templates of what is known before the run.
- A deprecated \`include\` is an \`import_tasks\`, as in ansible-core 2.14: what it brings has its keywords and tags, and handlers in it can be notified. What it says beside the file are variables. With a loop, with a template for its name, and in a file that another include brings, it is an \`include_tasks\`.
- \`ansible_version\` says 2.18.0, which roles of today ask for; behaviour is measured against 2.14, and what came later is said where it is there.
- An item of a loop whose arguments are wrong fails like others; ansible-core ends the loop there, without \`results\`. A loop of which an item has failed, ignored or not, sets no facts, adds no hosts or groups, and notifies nobody.
- A parameter that is not supported is refused before the run, unless its value may be \`omit\`: then where it is not omitted, before the first change as far as that is known by then.
- \`until\` without \`retries\` tries 3 times, 5 seconds apart; \`retries: n\` tries n more times after the first.

## Keywords of a play

${keywords(PLAY_KEYWORDS)}
## Keywords of a block

${keywords(BLOCK_KEYWORDS)}
## Keywords of a task

${keywords({ ...TASK_KEYWORDS, ...LOOP_KEYWORDS })}
Handlers also have ${difference()}. \`meta\` knows ${names(METAS)}; \`when\` works with all but noop and reset_connection, and with end_play, end_batch and clear_facts the first host decides for all. As a handler, which real roles have, flush_handlers does nothing: they are being flushed.

## Filters

${names(FILTERS.keys())}

## Tests

${names(TESTS.keys())}

## Lookups

${names([...BUILT_IN_LOOKUPS.keys(), ...LOOKUPS])}
`
}

function keywords(table: Readonly<Record<string, Support>>): string {
  const entries = Object.entries(table)
  const supported = entries.filter(([, support]) => support === 'yes').map(([name]) => name)
  const refused = entries.filter(([, support]) => support !== 'yes')
  const rows = refused.map(([name, why]) => `| \`${name}\` | ${why.replaceAll('|', '\\|')} |`)
  return `Supported: ${names(supported)}.

| refused | why, or what to write instead |
|---|---|
${rows.join('\n')}

`
}

function difference(): string {
  const own = Object.keys(HANDLER_KEYWORDS).filter((name) => HANDLER_KEYWORDS[name] !== TASK_KEYWORDS[name])
  return names(own)
}

function names(list: Iterable<string>): string {
  return [...new Set(list)]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ')
}
