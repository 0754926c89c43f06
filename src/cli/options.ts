import type { VaultOptions } from './vault-options.ts'

/** What the shared options of apply, check and facts come to. */
export interface SharedOptions extends VaultOptions {
  inventory?: string[]
  limit?: string
  extraVars?: string[]
  forks?: number
  user?: string
  askPass?: boolean
  connectionPasswordFile?: string
  becomePasswordFile?: string
  askBecomePass?: boolean
  become?: boolean
  becomeUser?: string
  becomeMethod?: string
  privateKey?: string
  hostKeyChecking?: 'strict' | 'accept-new' | 'no'
  timeout?: number
  verbose: number
  output?: 'pretty' | 'plain' | 'json'
}

export interface ApplyOptions extends SharedOptions {
  check?: boolean
  diff?: boolean
  tags?: string[]
  skipTags?: string[]
  startAtTask?: string
  rolesPath?: string[]
  without?: string[]
  forceHandlers?: boolean
  adopt?: boolean
  upgrade?: boolean
  allowDegraded?: boolean
  allowOutage?: boolean
  listHosts?: boolean
  listTasks?: boolean
  syntaxCheck?: boolean
}

export interface TeardownOptions extends SharedOptions {
  check?: boolean
  diff?: boolean
  yes?: boolean
}

export interface FactsOptions extends SharedOptions {
  json?: boolean
}

export interface VerifyOptions extends SharedOptions {
  junit?: string
}

export interface StatusOptions extends SharedOptions {
  watch?: boolean
}

export interface ExportOptions extends SharedOptions {
  name?: string
  cluster?: string
  configVersion?: 'v1beta4' | 'v1beta3'
  adminConf?: string
  file?: string
  contextName?: string
  replace?: boolean
}

export interface LintOptions extends VaultOptions {
  inventory?: string[]
  extraVars?: string[]
  rolesPath?: string[]
  without?: string[]
  skip?: string[]
  strict?: boolean
  output?: 'pretty' | 'plain' | 'json' | 'github'
}

export interface InventoryOptions extends VaultOptions {
  inventory?: string[]
  limit?: string
  extraVars?: string[]
  playbookDir?: string
  list?: boolean
  graph?: boolean
  vars?: boolean
  yaml?: boolean
  host?: string
  explain?: string
  json?: boolean
}

export interface TrustOptions extends SharedOptions {
  yes?: boolean
  replace?: boolean
}
