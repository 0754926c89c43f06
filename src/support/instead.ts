/** Lookups, filters and tests of Ansible, by what to write instead. */
export const PLUGINS_INSTEAD: Readonly<Record<string, string>> = {
  config: 'write the value out',
  csvfile: 'write the table as YAML, and read it with include_vars',
  ini: 'write the values as YAML, and read them with include_vars',
  inventory_hostnames: "write groups['NAME']",
  lines: 'register the output of a command',
  pipe: 'register the output of a command with delegate_to: localhost',
  password: 'write the password into a vault',
  template: 'write the template module, or a variable',
  url: 'register the answer of a task',
  json_query: 'write selectattr, map and dict2items',
  vault: 'encrypt with hakube vault beforehand',
  unvault: 'keep the value in an encrypted file of variables',
  realpath: 'write the path out: links on the controller are not followed',
  expandvars: "write lookup('env', 'NAME')",
  fileglob: "write lookup('fileglob', 'PATTERN')",
  urlize: 'write the HTML out',
  cidr_merge: 'write the merged networks out',
  hwaddr: 'write regex_search, or the test mac',
  macaddr: 'write regex_search, or the test mac',
}

/** A module's name without its collection. */
export function shortModule(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
