"""Records the names of ansible-core into scripts/record/ansible.json: what docs/support.md is held against.

Wants the output of `ansible-doc --metadata-dump --no-fail-on-errors` as its argument, and Ansible's Python beside it.
Names and parameters only; nothing of Ansible's texts.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
import ansible.release
import jinja2.filters
import jinja2.tests
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.loop_control import LoopControl
from ansible.playbook.play import Play
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.task import Task
from ansible.plugins.loader import filter_loader, test_loader

COLLECTIONS = ("ansible.builtin", "ansible.posix")
# Of collections with thousands of modules, those that roles of this field were seen to use.
OTHERS = """
community.crypto.openssl_privatekey community.crypto.x509_certificate community.crypto.openssl_csr
community.docker.docker_container community.docker.docker_image containers.podman.podman_container
community.general.alternatives community.general.archive community.general.capabilities
community.general.dconf community.general.ini_file community.general.interfaces_file
community.general.iptables_state community.general.java_keystore community.general.kernel_blacklist
community.general.locale_gen community.general.make community.general.modprobe community.general.nmcli
community.general.npm community.general.open_iscsi community.general.pam_limits community.general.pamd
community.general.parted community.general.proxmox community.general.rhsm_repository
community.general.redhat_subscription community.general.sefcontext community.general.selinux_permissive
community.general.seport community.general.snap community.general.sudoers community.general.timezone
community.general.ufw community.general.xml community.general.zypper community.general.zypper_repository
kubernetes.core.helm kubernetes.core.helm_repository kubernetes.core.k8s kubernetes.core.k8s_info
""".split()
FILTER_OTHERS = ("ansible.netcommon.", "ansible.utils.")
GENERAL_FILTERS = "counter crc32 dict dict_kv from_csv groupby_as_dict hashids_decode hashids_encode jc json_query keep_keys lists_mergeby random_mac remove_keys replace_keys to_days to_hours to_milliseconds to_minutes to_months to_seconds to_time_unit to_weeks to_years unicode_normalize version_sort".split()


def modules(found):
    out = {}
    for name, entry in found.items():
        if "._" in name or not (name.startswith(tuple(c + "." for c in COLLECTIONS)) or name in OTHERS):
            continue
        doc = entry.get("doc") or {}
        options = doc.get("options") or {}
        out[name] = {
            option: sorted(spec.get("aliases") or []) for option, spec in sorted(options.items())
        }
    return out


def keywords():
    out = {}
    scopes = {"play": Play, "block": Block, "task": Task, "handler": Handler, "role": RoleInclude, "loop_control": LoopControl}
    for scope, cls in scopes.items():
        for name in cls.fattributes:
            if not name.startswith("_") and name not in ("loop_with", "async_val"):
                out.setdefault(name, []).append(scope)
    for extra in ("action", "local_action"):
        out[extra] = ["task", "handler"]
    return {name: sorted(out[name]) for name in sorted(out)}


def plugins(found, loader, method, builtin):
    names = {name.split(".")[-1] for name in found if name.startswith("ansible.builtin.")}
    names |= set(builtin)
    for plugin in loader.all():
        if getattr(plugin, "_load_name", "").startswith("ansible.builtin."):
            names.add(plugin._load_name.split(".")[-1])
    return names


def main():
    found = json.load(open(sys.argv[1]))["all"]
    filters = plugins(found["filter"], filter_loader, "filters", jinja2.filters.FILTERS)
    for name in found["filter"]:
        if name.startswith(FILTER_OTHERS):
            filters.add(name.split(".")[-1])
    filters |= set(GENERAL_FILTERS)
    tests = plugins(found["test"], test_loader, "tests", jinja2.tests.TESTS)
    lookups = {name.split(".")[-1] for name in found["lookup"] if name.startswith("ansible.builtin.")}
    record = {
        "version": ansible.release.__version__,
        "modules": modules(found["module"]),
        "keywords": keywords(),
        "filters": sorted(filters),
        "tests": sorted(tests),
        "lookups": sorted(lookups),
    }
    json.dump(record, open("scripts/record/ansible.json", "w"), indent=1, sort_keys=True)
    print({key: len(value) for key, value in record.items() if key != "version"})


main()
