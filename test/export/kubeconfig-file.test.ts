import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeKubeconfig, kubeconfigFile } from '../../src/export/kubeconfig-file.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hakube-kubeconfig-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (text: string) => () => Promise.resolve(text)
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('kubeconfigFile', () => {
  it.each([
    ['x/config', {}, '/here/x/config'],
    [undefined, { HOME: '/home/me' }, '/home/me/.kube/config'],
    [undefined, { HOME: '/home/me', KUBECONFIG: '/etc/k' }, '/etc/k'],
    [undefined, { HOME: '/home/me', KUBECONFIG: ':rel:' }, '/here/rel'],
  ])('%s with %j', (given, env, path) => {
    expect(kubeconfigFile(given, env, '/here')).toBe(path)
  })

  it('asks which one where there are several', () => {
    expect(() => kubeconfigFile(undefined, { KUBECONFIG: '/a:/b' }, '/')).toThrow(/2 files/)
  })
})

describe('changeKubeconfig', () => {
  it('makes file and folder, for their owner only', async () => {
    const file = join(home, '.kube', 'config')
    await changeKubeconfig(file, write('new'))
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(modeOf(file)).toBe(0o600)
    expect(modeOf(join(home, '.kube'))).toBe(0o700)
    expect(readdirSync(join(home, '.kube'))).toEqual(['config'])
  })

  it('closes a file that others could read, and follows a link', async () => {
    const real = join(home, 'real')
    const file = join(home, 'config')
    writeFileSync(real, 'old')
    chmodSync(real, 0o644)
    symlinkSync(real, file)
    await changeKubeconfig(file, (before) => Promise.resolve(`${before} and new`))
    expect(readFileSync(real, 'utf8')).toBe('old and new')
    expect(modeOf(real)).toBe(0o600)
  })

  it('leaves the file as it is where the change fails, and no lock', async () => {
    const file = join(home, 'config')
    writeFileSync(file, 'old')
    await expect(changeKubeconfig(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(readdirSync(home)).toEqual(['config'])
    expect(readFileSync(file, 'utf8')).toBe('old')
  })

  it('keeps out while kubectl is at work', async () => {
    const file = join(home, 'config')
    writeFileSync(`${file}.lock`, '')
    await expect(changeKubeconfig(file, write('new'))).rejects.toMatchObject({ code: 'kubeconfig-locked' })
    expect(readdirSync(home)).toEqual(['config.lock'])
  })

  it('says so where the place is no file', async () => {
    mkdirSync(join(home, 'config'))
    await expect(changeKubeconfig(join(home, 'config'), write('new'))).rejects.toMatchObject({
      code: 'kubeconfig-file',
    })
  })
})
