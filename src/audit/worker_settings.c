/*-------------------------------------------------------------------------
 *
 * worker_settings.c
 *	  Which settings has a reload changed, from what, to what, by which line of
 *	  which file?
 *
 * For the background worker.  A change that takes protection away is an alarm.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "audit/worker.h"

#include "audit/audit.h"
#include "lib/stringinfo.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

/* The settings as they were before the reload. */
static struct
{
	int			number;
	char	   *text;
	char	   *shown;
}			before[GK_MAX_SETTINGS];

/* As SHOW has it, but without a unit.  In CurrentMemoryContext. */
static char *
shown(const GkSetting *setting)
{
	const char *value = GetConfigOption(setting->name, true, false);

	return pstrdup(value ? value : "");
}

/* The server's own entry of a setting, or NULL. */
static const struct config_generic *
entry_of(const char *name)
{
#ifdef GK_HAVE_FIND_OPTION
	return find_option(name, false, true, ERROR);
#else
	struct config_generic **all = get_guc_variables();

	for (int i = 0; i < GetNumConfigOptions(); i++)
		if (pg_strcasecmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
#endif
}

/*
 * Where the value of a setting comes from: "file:line" as the server read it,
 * else what pg_settings calls its source.  Into buf.
 */
static const char *
source_of(const char *name, char *buf, int size)
{
	const struct config_generic *entry = entry_of(name);

	if (entry == NULL)
		return NULL;
	if (entry->source != PGC_S_FILE || entry->sourcefile == NULL)
		return GucSource_Names[entry->source];
	snprintf(buf, size, "%s:%d", entry->sourcefile, entry->sourceline);
	return buf;
}

/*
 * What contains sessions, then the settings that somebody has given a value, without
 * their prefix, as "sandbox_status="off" mode=audit copy_file=off".  In CurrentMemoryContext.
 */
char *
gk_settings_given(void)
{
	static const char *const fixed[] = {
		"gatekeeper.strict", "gatekeeper.reserved_roles", "gatekeeper.audit_backlog", "gatekeeper.audit_chain",
		"gatekeeper.sandbox", "gatekeeper.sandbox_files", "gatekeeper.sandbox_read_paths",
		"gatekeeper.sandbox_write_paths", "gatekeeper.sandbox_exempt_roles",
		"gatekeeper.sandbox_require"
	};
	StringInfoData given;

	initStringInfo(&given);
	appendStringInfo(&given, "version=%s sandbox_status=\"%s\"", GK_VERSION,
					 GetConfigOption("gatekeeper.sandbox_status", false, false));
	for (int i = -(int) lengthof(fixed); i < gk_num_settings; i++)
	{
		const char *name = i < 0 ? fixed[i + lengthof(fixed)] : gk_settings[i].name;
		const struct config_generic *entry = entry_of(name);
		const char *value = GetConfigOption(name, true, false);

		if (entry == NULL || entry->source == PGC_S_DEFAULT || value == NULL)
			continue;
		appendStringInfo(&given, *value == '\0' || strpbrk(value, " ,\"") ? "%s%s=\"%s\"" : "%s%s=%s",
						 given.len > 0 ? " " : "", strchr(name, '.') + 1, value);
	}
	return given.data;
}

/* Before a reload: keep what the settings are. */
void
gk_settings_remember(void)
{
	for (int i = 0; i < gk_num_settings; i++)
	{
		before[i].number = gk_settings[i].number ? *gk_settings[i].number : 0;
		before[i].text = gk_settings[i].text ? pstrdup(*gk_settings[i].text) : NULL;
		before[i].shown = shown(&gk_settings[i]);
	}
}

/* Free what was kept. */
void
gk_settings_forget(void)
{
	for (int i = 0; i < gk_num_settings; i++)
	{
		if (before[i].text)
			pfree(before[i].text);
		pfree(before[i].shown);
	}
}

static bool
is_looser(const GkSetting *setting, int i)
{
	switch (setting->looser)
	{
		case GK_LOOSER_LESS:
			return *setting->number < before[i].number;
		case GK_LOOSER_RARER:
			return before[i].number != 0 &&
				(*setting->number == 0 || *setting->number > before[i].number);
		case GK_LOOSER_SHORTER:
			return !gk_list_keeps_all(before[i].text, *setting->text, true);
		case GK_LOOSER_FEWER:
			return !gk_list_keeps_all(before[i].text, *setting->text, false);
		case GK_LOOSER_OTHER:
			return true;
	}
	return true;
}

/* Write a record for each setting that has changed; returns whether any has. */
bool
gk_settings_compare(void)
{
	bool		changed = false;

	for (int i = 0; i < gk_num_settings; i++)
	{
		const GkSetting *setting = &gk_settings[i];
		char	   *now = shown(setting);

		if (strcmp(before[i].shown, now) != 0)
		{
			char		place[MAXPGPATH + 16];
			GkNotice	notice = {
				.kind = GK_KIND_CONFIG,
				.object_type = "setting",
				.object = setting->name,
				.old_value = before[i].shown,
				.new_value = now,
				.source = source_of(setting->name, place, sizeof(place)),
				.is_alarm = is_looser(setting, i)
			};

			(void) gk_audit_about_module(&notice);
			changed = true;
		}
		pfree(now);
	}
	return changed;
}
