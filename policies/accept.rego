# One policy over all types of evidence: it names none. What it wants stands in `input.want`:
#
#   nonce          what was asked with, in hexadecimal; all of the caller data or challenge
#   roles          what may be attested: ["workload"]
#   measurements   {name: [digest, …]}: each must be there with one of these digests
#   tcb_roles      which TCBs have a floor: ["reported", "launch"]
#   floors         {layout: {component: least}}: a TCB of another layout is below its floor
#   notes          the codes of notes that are accepted
#   debug, migration, provisional   true accepts these states
package accept

import data.evidence
import rego.v1

default allow := false

allow if count(reasons) == 0

reasons contains "unverified" if not evidence.verified

reasons contains "target" if not expected

expected if evidence.target.role in input.want.roles

reasons contains "nonce" if not evidence.answers(input.want.nonce)

reasons contains "debug" if {
	not input.want.debug == true
	not startswith(input.claims.target.debug, "disabled")
}

reasons contains "migration" if {
	not input.want.migration == true
	not stays
}

stays if evidence.target.migration in {"not-allowed", "not-defined"}

reasons contains "measurement" if count(object.get(input.want, "measurements", {})) == 0

reasons contains "measurement" if {
	some name, digests in input.want.measurements
	not evidence.measured(name, digests)
}

reasons contains "floor" if {
	some [id, name] in evidence.tcbs(input.want.tcb_roles)
	not evidence.reaches(id, name, input.want.floors)
}

reasons contains "unbound" if count(evidence.denied) > 0

reasons contains "unbound" if count(evidence.unproven) > 0

reasons contains "uncovered" if {
	some claim in relied
	evidence.uncovered(claim)
}

reasons contains "provisional" if {
	not input.want.provisional == true
	not input.claims.evidence.status == "stable"
}

reasons contains "note" if {
	some note in input.claims.notes
	not note.code in input.want.notes
}

# The claims that the rules above look at.
relied contains evidence.path(["bindings", name, "value"]) if some name in evidence.asked

relied contains evidence.path(["bindings", name, "role"]) if some name in evidence.asked

relied contains evidence.path(["environments", id, word]) if {
	some id in evidence.chain
	some word in ["role", "debug", "migration", "depends_on"]
}

relied contains evidence.path(["environments", evidence.target.id, "measurements", name]) if {
	some name, _ in input.want.measurements
}

relied contains evidence.path(["environments", id, "tcb", name]) if {
	some [id, name] in evidence.tcbs(input.want.tcb_roles)
}
