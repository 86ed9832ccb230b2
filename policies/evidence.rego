# What a policy asks of evidence. It names no platform: a rule over environments, bindings, TCBs and facts holds for all.
#
# `input.claims` is a document `evidence-claims/1` (`evidence convert`), `input.verification` the document
# `evidence-verification/1` of the same evidence (`evidence verify --json`). Nothing in either is ever null, so that
# what is absent is undefined here. A rule of yours must therefore ask for what is good, and deny the rest: the absence
# of something bad proves nothing.
package evidence

import rego.v1

# The environments by their ids, which are unique.
environment := {entry.id: entry | some entry in input.claims.environments}

# What is attested. Undefined where there is no single one.
target := environment[input.claims.target.environment]

# The target, and all that it depends on, by id.
chain := graph.reachable(
	{id: object.get(entry, "depends_on", []) | some id, entry in environment},
	{input.claims.target.environment},
)

# The bindings that hold what whoever asked for the evidence chose: caller data, else the challenge of the protocol.
asked := caller if {
	caller := with_role("caller-data")
	count(caller) > 0
} else := with_role("challenge")

with_role(role) := {binding.name | some binding in input.claims.bindings; binding.role == role}

# The evidence answers to this value, all of its bytes (lowercase hexadecimal).
answers(nonce) if {
	count(asked) == 1
	some binding in input.claims.bindings
	binding.name in asked
	binding.value == nonce
}

# The target's measurement of this name has one of these digests, and no digest besides. Two of one name have none.
measured(name, digests) if {
	entries := [entry | some entry in target.measurements; entry.name == name]
	count(entries) == 1
	object.get(entries[0], "populated", true)
	count(entries[0].digests) > 0
	every item in entries[0].digests { item.digest in digests }
}

# The TCBs of the chain that have one of these roles, as [environment, name].
tcbs(roles) := {[id, tcb.name] |
	some id in chain
	some tcb in environment[id].tcb
	tcb.role in roles
}

# The TCB is at or above the floor of its layout. Without a layout, or without one of its components, it is not.
reaches(id, name, floors) if {
	some tcb in environment[id].tcb
	tcb.name == name
	floor := floors[tcb.layout]
	count(floor) > 0
	every component, least in floor { enough(tcb.components, component, least) }
}

enough(components, name, least) if {
	some component in components
	component.name == name
	component.compare == "ordered"
	component.svn >= least
}

enough(components, name, exact) if {
	some component in components
	component.name == name
	component.compare == "equal"
	component.svn == exact
}

# The facts that the bytes of the evidence deny.
denied contains fact.name if {
	some fact in input.claims.consistency
	fact.status == "differs"
}

# The bindings of keys that no fact proves: a signature by such a key is anybody's.
unproven contains binding.name if {
	some binding in input.claims.bindings
	binding.role == "key-binding"
	not proven(binding.name)
}

proven(name) if {
	some fact in input.claims.consistency
	fact.compared_to == path(["bindings", name])
	fact.status == "matches"
}

# The evidence was verified, and it is this evidence.
verified if {
	input.verification.verdict == "verified"
	input.verification.evidence.type == input.claims.evidence.type
	input.verification.evidence.sha256 == input.claims.evidence.sha256
}

# No signature that was verified speaks for the claim at this path, for what it is part of, or for a part of it.
uncovered(claim) if {
	some lost in input.verification.uncovered
	startswith(concat("", [claim, "/"]), concat("", [lost, "/"]))
}

uncovered(claim) if {
	some lost in input.verification.uncovered
	startswith(lost, concat("", [claim, "/"]))
}

# The path of a claim: names joined as a JSON Pointer.
path(names) := concat("", [concat("", ["/", escaped(name)]) | some name in names])

escaped(name) := replace(replace(name, "~", "~0"), "/", "~1")
