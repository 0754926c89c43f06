import * as z from 'zod'
import { withoutPassword } from '../http/request.ts'
import { defineTask } from '../task.ts'
import { type Git, gitQuestions, planGit } from './git-plan.ts'
import { wrong } from './package-params.ts'
import { bool, int, name, path, text } from './params.ts'

export default defineTask({
  name: 'git',
  aliases: ['ansible.builtin.git', 'ansible.legacy.git'],
  summary: 'Have a checkout of a git repository on the host, at a branch, tag or commit.',
  kind: () => 'state',
  params: z.strictObject({
    repo: name.describe('Address of the repository, as the host reaches it.'),
    dest: path.describe('Where the checkout is to be.'),
    version: text.default('HEAD').describe('Branch, tag or commit.'),
    remote: name.default('origin').describe('Name of the remote.'),
    refspec: text.optional().describe('What else is fetched, such as refs/meta/config.'),
    force: bool.default(false).describe('Throw away what was changed in the checkout.'),
    depth: int.optional().describe('So many commits of the history.'),
    clone: bool.default(true).describe('Make the checkout where there is none.'),
    update: bool.default(true).describe('Fetch what is new; with no, what is there stays.'),
    bare: bool.default(false).describe('A repository without files.'),
    recursive: bool.default(true).describe('Submodules, too.'),
    track_submodules: bool.default(false).describe('Submodules at the newest commit of their branch.'),
    single_branch: bool.default(false).describe('Clone the one branch only.'),
    reference: text.optional().describe('Repository on the host to take objects from.'),
    verify_commit: bool
      .default(false)
      .describe('The commit must be signed, with a key that the host trusts.'),
    key_file: path.optional().describe('Private key on the host for SSH.'),
    ssh_opts: text.optional().describe('More options for ssh.'),
    accept_hostkey: bool.default(false).describe('Take any host key of the server.'),
    accept_newhostkey: bool.default(false).describe('Take the host key of a server that is not known yet.'),
    executable: path.optional().describe('The git to use.'),
    umask: text.optional().describe('umask for the files of the checkout, in quotes: "0022".'),
  }),
  paramAliases: { name: 'repo' },
  unsupported: {
    archive: 'write a command task with git archive',
    archive_prefix: 'write a command task with git archive',
    separate_git_dir: 'the repository is in the checkout',
    gpg_whitelist: 'verify_commit trusts the keys that git on the host trusts',
  },
  // A path is a repository of the host itself.
  beyond: ({ repo }) => !/^(file:\/\/)?\//.test(repo),
  late: ({ update }) => update,
  example: `
- name: Have the source of keepalived
  git:
    repo: https://github.com/acassen/keepalived.git
    dest: /usr/src/keepalived
    version: v2.3.1
    depth: 1
`,
  returns: {
    before: 'commit that was there, or none',
    after: 'commit that is there',
    remote_url_changed: 'whether the remote had another address',
  },
  notes: [
    'Whether something is new is asked with git ls-remote, in check mode too. It costs the no-op a round trip.',
    'With update: no the server is asked only where there is no checkout yet.',
    'A short commit hash is looked for in the checkout only; write all of it where it may have to be fetched.',
    'What is in the files of a checkout is unknown to the tasks behind it in check mode.',
  ],
  prepare(params): Git {
    const { version, umask, depth } = params
    if (version.startsWith('-') || params.repo.startsWith('-') || params.remote.startsWith('-'))
      throw wrong('git: repo, version and remote do not begin with -')
    if (umask !== undefined && !/^0?[0-7]{3}$/.test(umask))
      throw wrong('git: umask is octal, in quotes: "0022"')
    if (depth !== undefined && depth < 1) throw wrong('git: depth is at least 1')
    if (params.accept_hostkey && params.accept_newhostkey)
      throw wrong('git: accept_hostkey and accept_newhostkey exclude each other')
    return { ...params, shown: withoutPassword(params.repo) }
  },
  asks: gitQuestions,
  plan: planGit,
  result(_task, output) {
    const after = /^after=([0-9a-f]{40,64})$/m.exec(output.stdout.toString('latin1'))?.[1]
    return after === undefined ? {} : { after }
  },
})
