/* resolve-pipelines.c - who reads what another prints. */

#include <string.h>
#include <sys/stat.h>

#include "rc/compile/resolver.h"

static int
names_have(const struct def_names *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return 1;
	return 0;
}

void
resolver_producer(struct resolver *r, struct node *n)
{
	const struct def_name *to = &n->def->producer_for;
	struct node *c = resolver_find(r, to->name);

	if (c && c->def && c->def->bad)
		return;
	if (!resolver_is_longrun(c)) {
		if (c)
			diag_error(r->diag, 1, to->file, to->line,
				"longrun "
				"%s is a producer for %s, which is a %s and "
				"not a longrun",
				n->name, to->name, resolver_kind(c));
		else
			resolver_unknown(
				r, to, ", expected the name of a longrun");
		return;
	}
	if (!names_have(c->def->lists + LIST_PRODUCERS, n->name))
		diag_error(r->diag, 1, to->file, to->line,
			"longrun %s is a "
			"producer for %s, which does not declare it back: %s "
			"is not in %s/consumer-for",
			n->name, c->name, n->name, c->def->dir);
	r->db->services[n->number].consumer = c->number;
}

void
resolver_consumer(struct resolver *r, struct node *n)
{
	const struct def_names *l = n->def->lists + LIST_PRODUCERS;

	for (size_t i = 0; i < l->n; i++) {
		const struct def_name *from = l->v + i;
		struct node *p = resolver_find(r, from->name);

		if (p && p->def && p->def->bad)
			continue;
		if (!resolver_is_longrun(p)) {
			if (p)
				diag_error(r->diag, 1, from->file, from->line,
					"longrun %s is a consumer for %s, "
					"which is a %s and not a longrun",
					n->name, from->name, resolver_kind(p));
			else
				resolver_unknown(r, from,
					", expected the name of a longrun");
		} else if (!p->def->producer_for.name ||
			strcmp(p->def->producer_for.name, n->name))
			diag_error(r->diag, 1, from->file, from->line,
				"longrun %s is a consumer for %s, which does "
				"not declare it back: %s is not in "
				"%s/producer-for",
				n->name, p->name, n->name, p->def->dir);
	}
}

/* Everything that feeds n, and n. */
static void
pipeline_members(struct resolver *r, struct node *bundle, struct node *n)
{
	resolver_set_add(r, &bundle->members, n->number);
	for (uint32_t i = 0; i < bundle->members.n; i++) {
		const struct def_names *l =
			r->nodes[bundle->members.v[i]].def->lists +
			LIST_PRODUCERS;

		for (size_t k = 0; k < l->n; k++) {
			struct node *p = resolver_find(r, l->v[k].name);

			if (resolver_is_longrun(p))
				resolver_set_add(
					r, &bundle->members, p->number);
		}
	}
}

void
resolver_pipelines(struct resolver *r)
{
	for (uint32_t i = 0; i < r->db->nlong; i++) {
		struct node *n = r->nodes + i, *bundle;
		const struct def_name *name = &n->def->pipeline;

		if (!name->file)
			continue;
		if (n->def->producer_for.name ||
			!n->def->lists[LIST_PRODUCERS].n) {
			diag_warn(r->diag, name->file, name->line,
				"ignored: "
				"%s is not the last consumer of a pipeline",
				n->name);
			continue;
		}
		if (!name->name) {
			diag_error(r->diag, 1, name->file, name->line,
				"this "
				"should only contain one name");
			continue;
		}
		if (!def_check_name(r->s, name))
			continue;
		bundle = resolver_add(r, name->name, 0, name->file);
		if (!bundle)
			continue;
		r->stamp++;
		pipeline_members(r, bundle, n);
		bundle->state = DONE;
	}
}

/* Names of the ends of its pipe for supervise; see db_file in db.h. */
void
resolver_fifos(struct resolver *r)
{
	struct db_service *s = r->db->services;

	for (uint32_t i = 0; i < r->db->nlong; i++) {
		struct def *d = r->nodes[i].def;
		const char *file;

		if (s[i].consumer != DB_NONE) {
			file = arena_printf(r->mem, "../../fifo/%s\n",
				r->nodes[s[i].consumer].name);
			def_set_file(r->s, d, "stdout-fifo", S_IFREG | 0644,
				file, strlen(file));
		}
		if (d->lists[LIST_PRODUCERS].n ||
			(d->flags & DB_GENERATED &&
				d->lists[LIST_PRODUCERS].present)) {
			file = arena_printf(r->mem, "../../fifo/%s\n", d->name);
			def_set_file(r->s, d, "stdin-fifo", S_IFREG | 0644,
				file, strlen(file));
		}
	}
}
