import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hakubeIn } from '../cli/support.ts'
import { inDirectory } from './support.ts'

const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: "<{{ inventory_hostname }} {{ inventory_dir }} {{ inventory_file }}>"}
`

it('says of each host which inventory it comes from', async () => {
  const files = { 'site.yml': PLAYBOOK, 'inv/10': 'h1\n', 'inv/sub/x': 'h2\n' }
  await inDirectory(files, async (root) => {
    const args = ['-i', join(root, 'inv'), '-i', 'h3,', '-e', 'ansible_connection=local', '-v']
    const { code, out, err } = await hakubeIn(root, ['apply', join(root, 'site.yml'), ...args])
    const said = out.toString('utf8') + err
    expect(said).toContain(`<h1 ${root}/inv ${root}/inv/10>`)
    expect(said).toContain(`<h2 ${root}/inv/sub ${root}/inv/sub/x>`)
    expect(said).toContain('<h3  h3,>')
    expect(code).toBe(0)
  })
})
