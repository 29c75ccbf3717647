/*-------------------------------------------------------------------------
 *
 * check_backdoor.c
 *	  Is something made, changed, given or taken that will run with superuser
 *	  rights later?
 *
 * Borrowed rights end with the statement that lent them; what is planted with
 * them stays.  Code that belongs to a superuser is trusted wherever it runs,
 * so nobody may make a superuser's code, or make code a superuser's, with
 * rights of others.  Decided on the object as it has just become,
 * by the owner it has now.  Giving code to a superuser is refused without any
 * circumstance to whoever is not one: core lets every member of the superuser's role do it.
 *
 * Per kind, what is refused when planted:
 *
 *	function, procedure, aggregate	created, replaced or altered, if a
 *									superuser's; given to or taken from one
 *	operator, operator class and family, conversion, base type	the same
 *	tablespace						the same, and created for anybody
 *	event trigger					the same (what guards is guards.c's)
 *	language, foreign-data wrapper, server	altered, given or taken (new ones
 *									are the business of untrusted_language,
 *									foreign_program and loopback)
 *	subscription					given or taken (the rest is loopback's)
 *	extension						altered, other than by an update
 *	cast, transform, access method, text search parser and template	created:
 *									they have no owner
 *	domain							a superuser's gets a default that calls
 *									a listed function, or one of a superuser's
 *									that does as its arguments say
 *	relation						taken from a superuser, or given to one
 *									with code of its own on it (always, when
 *									that calls a listed function, or such a
 *									one: nothing tells later whose it was)
 *	schema, database				taken from a superuser
 *
 * and what is powerless when fired, and therefore allowed:
 *
 *	whatever belongs to a role that is not superuser: where a superuser's
 *		session runs its code, the circumstance `untrusted` holds
 *	deferred constraint triggers	the same: they fire with the rights of the
 *									session, at its COMMIT
 *	prepared transactions			what they hold has passed all rules
 *	policies						superusers bypass row security
 *	index and partition expressions, generated columns	immutable functions
 *									only; listed ones are not
 *	publications, large objects, statistics, collations, text search
 *		configurations and dictionaries, comments, NOTIFY	run nothing
 *
 * check_backdoor_relation.c looks at triggers, rules, views and constraints,
 * check_backdoor_right.c at rights that last.
 *
 * What an extension's script creates becomes the extension's, core sees to
 * that; neither that, nor altering it, is a finding.  What else it alters,
 * gives or takes is one that scripts may have.  Something that was made in the
 * same transaction may be given away by whoever made it.
 *
 * Does not see: objects whose old owner is hidden because another module moved
 * the command counter in between (then nothing seems to be given or taken);
 * rows that C code writes to catalogs without the object access hook.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "rules/objects.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

/* What of a kind of object is a finding. */
#define CREATED		0x01		/* a new or replaced one of a superuser */
#define ALTERED		0x02		/* a changed one of a superuser */
#define GIVEN		0x04		/* one that becomes a superuser's */
#define TAKEN		0x08		/* one that was a superuser's */
#define OWNERLESS	0x10		/* a new one, made with superuser rights */
#define CODE		(CREATED | ALTERED | GIVEN | TAKEN)

static const struct
{
	Oid			catalog;
	int			findings;
}			kinds[] =
{
	{ProcedureRelationId, CODE},
	{OperatorRelationId, CODE},
	{OperatorClassRelationId, CODE},
	{OperatorFamilyRelationId, CODE},
	{ConversionRelationId, CODE},
	{TypeRelationId, CODE},		/* see is_code_type() */
	{EventTriggerRelationId, CODE},
	{ForeignDataWrapperRelationId, CODE & ~CREATED},
	{SubscriptionRelationId, GIVEN | TAKEN},
	{TableSpaceRelationId, CODE},
	{LanguageRelationId, CODE & ~CREATED},
	{ForeignServerRelationId, CODE & ~CREATED},
	{ExtensionRelationId, ALTERED},
	{RelationRelationId, GIVEN | TAKEN},
	{NamespaceRelationId, TAKEN},
	{DatabaseRelationId, TAKEN},
	{CastRelationId, OWNERLESS},
	{TransformRelationId, OWNERLESS},
	{AccessMethodRelationId, OWNERLESS},
	{AccessMethodOperatorRelationId, OWNERLESS},
	{AccessMethodProcedureRelationId, OWNERLESS},
	{TSParserRelationId, OWNERLESS},
	{TSTemplateRelationId, OWNERLESS},
};

static int
findings_of(Oid catalog)
{
	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (kinds[i].catalog == catalog)
			return kinds[i].findings;
	return 0;
}

/*
 * A base type is its input and output functions, and what memory they may
 * touch; array types are made along with others and have core's.
 */
static bool
is_code_type(Form_pg_type type)
{
	return type->typtype == TYPTYPE_BASE && type->typinput != F_ARRAY_IN;
}

static bool
is_statement(NodeTag tag)
{
	return gk_statement_of(tag) != NULL;
}

/*
 * Not meant by the statement: CREATE TYPE ... AS RANGE makes constructors and
 * a cast; ALTER EXTENSION ... UPDATE, and CREATE EXTENSION on its way through
 * several scripts, a new version number.  (The other forms of ALTER EXTENSION
 * change what belongs to it.)
 */
static bool
is_byproduct(Oid classid)
{
	switch (classid)
	{
		case ProcedureRelationId:
		case CastRelationId:
			return is_statement(T_CreateRangeStmt);
		case ExtensionRelationId:
			return is_statement(T_AlterExtensionStmt) ||
				is_statement(T_CreateExtensionStmt);
		default:
			return false;
	}
}

/* An object changes hands.  The action, or NULL when that does no harm. */
static const char *
check_owners(const GkRequest *request, int findings, bool to_superuser, GkFinding *finding)
{
	if (to_superuser)
	{
		if (!(findings & GIVEN) ||
			(request->classid == RelationRelationId && !gk_relation_has_code(request->objid)))
			return NULL;
		if (!gk_is_superuser(GetUserId()))
		{
			finding->binds_always = true;
			finding->hint = "What belongs to a superuser is trusted wherever it runs. Ask a superuser to review it and to change its owner, in a session of his own.";
		}
		else if (request->classid == RelationRelationId && gk_relation_calls_deputy(request->objid))
		{
			finding->binds_always = true;
			finding->hint = "A view, default, constraint or condition of the relation calls a function that pg_gatekeeper lists, or one of a superuser's that does as its arguments say, and would do so with the new owner's rights from now on. Drop it, or let the new owner make it anew. See pg_gatekeeper(7).";
		}
		return "giving an object to a superuser";
	}
	if (!(findings & TAKEN) ||
		(request->classid == RelationRelationId ?
		 gk_relation_is_fresh(request->objid) :
		 gk_row_is_fresh(request->classid, request->objid)))
		return NULL;
	finding->hint = "Only a new object can be given away, in the transaction that makes it. Do it in a session that logged in as a superuser.";
	return "taking an object from a superuser";
}

static const char *
check_row(const GkRequest *request, int findings, HeapTuple row, GkFinding *finding)
{
	Oid			classid = request->classid;
	bool		created = request->event == OAT_POST_CREATE;
	bool		superusers = gk_code_owner_is_trusted(gk_row_owner(classid, row));
	HeapTuple	old;

	if (!superusers && !gk_acts_as_superuser(GetUserId()))
		return NULL;			/* their own, and it stays so */
	old = created ? NULL : gk_previous_row(classid, request->objid);
	if (classid == TypeRelationId)
	{
		Form_pg_type type = (Form_pg_type) GETSTRUCT(row);

		if (OidIsValid(type->typrelid) || type->typinput == F_ARRAY_IN)
			return NULL;		/* goes where its relation or element goes */
		if (!is_code_type(type))
			findings = gk_calls_deputy(gk_row_node(classid, row, Anum_pg_type_typdefaultbin), NULL) ?
				CODE : TAKEN;
	}
	if (old && gk_code_owner_is_trusted(gk_row_owner(classid, old)) != superusers)
		return check_owners(request, findings, superusers, finding);
	/* whoever it is for, the directory becomes theirs */
	if (created && classid == TableSpaceRelationId)
		return "creating a tablespace";
	if (!superusers || !gk_acts_as_superuser(GetUserId()) || !(findings & (created ? CREATED : ALTERED)))
		return NULL;
	return created ? "creating what runs with superuser rights" :
		"changing what runs with superuser rights";
}

/*
 * ALTER EXTENSION ... SET SCHEMA changes nothing of its members but the schema; but
 * by that protected functions are known.
 */
static bool
moves_extension(void)
{
	AlterObjectSchemaStmt *stmt = (AlterObjectSchemaStmt *) gk_statement_of(T_AlterObjectSchemaStmt);

	return stmt && stmt->objectType == OBJECT_EXTENSION && *gk_protected_functions == '\0';
}

/*
 * Is it something that scripts put together from names, and that leads nowhere: an
 * object that leaves the extension, an operator or function of its own in an operator
 * family?
 */
static bool
is_harmless_from_script(const GkRequest *request, HeapTuple row)
{
	AlterExtensionContentsStmt *stmt =
		(AlterExtensionContentsStmt *) gk_statement_of(T_AlterExtensionContentsStmt);

	switch (request->classid)
	{
		case ExtensionRelationId:
			return request->objid == CurrentExtensionObject && stmt && stmt->action < 0;
		case AccessMethodProcedureRelationId:
			return gk_script_owns_object(ProcedureRelationId,
										 ((Form_pg_amproc) GETSTRUCT(row))->amproc);
		case AccessMethodOperatorRelationId:
			return gk_script_owns_object(OperatorRelationId,
										 ((Form_pg_amop) GETSTRUCT(row))->amopopr);
		default:
			return false;
	}
}

/* A statement that changes an object of its user's, and not whose it is. */
static bool
keeps_owner(void)
{
	Node	   *stmt = gk_statement->pstmt ? gk_statement->pstmt->utilityStmt : NULL;

	switch (stmt ? nodeTag(stmt) : T_Invalid)
	{
		case T_ViewStmt:
		case T_CreateFunctionStmt:
		case T_AlterFunctionStmt:
		case T_IndexStmt:
		case T_RenameStmt:
		case T_GrantStmt:
			return true;
		default:
			return false;
	}
}

/* Door: objects.  Strings of the finding are allocated in CurrentMemoryContext. */
bool
gk_check_backdoor(const GkRequest *request, GkFinding *finding)
{
	int			findings = findings_of(request->classid);
	HeapTuple	row;
	bool		has_power = gk_acts_as_superuser(GetUserId());

	finding->scripts_may = true;
	finding->ignores = GK_STRICT;
	finding->object_type = get_object_class_descr(request->classid);
	finding->action = has_power ? gk_guard_taken(request) : NULL;
	if (finding->action)
	{
		finding->object = gk_row_name(request->classid, gk_request_row(request));
		return true;
	}
	if (request->subid != 0 || is_byproduct(request->classid) ||
		(!has_power && (request->event != OAT_POST_ALTER || keeps_owner())))
		return false;
	if (request->event == OAT_POST_CREATE)
	{
		if (!(findings & (CREATED | OWNERLESS)) || (gk_script_acts() && gk_script_speaks()))
			return false;
	}
	else if (request->event != OAT_POST_ALTER || (findings & OWNERLESS) ||
			 (gk_script_acts() && gk_script_owns_object(request->classid, request->objid)))
		return false;

	row = gk_request_row(request);
	if (!HeapTupleIsValid(row))
		return false;
	if (!(findings & OWNERLESS))
		finding->action = check_row(request, findings, row, finding);
	else if (gk_acts_as_superuser(GetUserId()))
		finding->action = "creating what runs with superuser rights";
	if (finding->action == NULL)
		return false;
	finding->object = gk_row_name(request->classid, row);
	finding->by_any_text = creating_extension && is_harmless_from_script(request, row);
	if (moves_extension())
		finding->ignores |= GK_ELEVATED;
	return true;
}
