/*-------------------------------------------------------------------------
 *
 * entry.c
 *	  Fuzz target: the command reads what anybody wrote to the journal, and what
 *	  it prints of that is clean.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/util.c"
#include "cli/cee.c"
#include "cli/entry.c"
#include "cli/json.c"
#include "cli/options.c"
#include "common/escape.c"

#include "clean.h"

const char *const fuzz_words[] = {
	"@cee:", "@cee:{\"", "\":\"", "\",\"", "\"}", "GATEKEEPER_SEQ", "GATEKEEPER_STREAM", "MESSAGE", "_UID",
	"\\u0041", "\\uD83D\\uDC18", "\\uD83D", "\\", "\"", "{", "}", "\xff", "\xe2\x80\xae", "2026-11-25 12:00", "-2h", "yesterday", NULL
};

void
gk_end_pager(void)
{
}

/* Room for the JSON of what the entry says; its strings end where JSON's do. */
static void
check_json(const GkEntry *entry)
{
	static GkJson json;
	static GkEntry again;
	char	   *line;

	gk_json_begin(&json);
	for (int i = 0; i < entry->num_fields; i++)
		gk_json_bytes(&json, entry->field[i].name, entry->field[i].value, entry->field[i].length);
	while (json.depth > 0)
		gk_json_close(&json);
	FUZZ_CHECK(fuzz_is_text(gk_buf_string(&json.out), json.out.used));
	/* ours reads it, where it has no NUL, which the server never writes */
	line = gk_format("@cee:%s", json.out.used ? json.out.data : "{}");
	gk_entry_clear(&again);
	if (strstr(line, "\\u0000") == NULL)
		FUZZ_CHECK(gk_parse_cee(&again, line));
	free(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const GkSenders senders = {.uid = {0, 105},.count = 2};
	static GkEntry entry;
	static GkBuf visible;
	FuzzInput	in = {data, size};
	unsigned	n = fuzz_take(&in, 6);
	char	   *text;
	size_t		len;
	uint64_t	us;

	gk_entry_clear(&entry);
	/* journald never gives an entry without fields */
	gk_entry_add(&entry, "_BOOT_ID", 8, "0", 1);
	while (n-- > 0)
	{
		/* journald lets no other names through */
		static const char *const names[] = {
			"MESSAGE", "_UID", "_TRANSPORT", "SYSLOG_IDENTIFIER", "GATEKEEPER_SEQ", "GATEKEEPER_STREAM", "GATEKEEPER_EVENT", "A", ""
		};
		const char *name = names[fuzz_take(&in, 8)];

		text = fuzz_take_bytes(&in, fuzz_take(&in, 300), false, &len);
		gk_entry_add(&entry, name, strlen(name), text, len);
		free(text);
	}
	text = fuzz_take_bytes(&in, 4096, true, &len);
	if (strncmp(text, "@cee:", 5) == 0)
	{
		int			before = entry.num_fields;

		if (!gk_parse_cee(&entry, text))
			FUZZ_CHECK(entry.num_fields == before);
	}
	gk_entry_complete(&entry, &senders);
	for (int i = 0; i < entry.num_fields; i++)
		FUZZ_CHECK(strlen(entry.field[i].value) <= entry.field[i].length);
	(void) gk_entry_number(&entry, "GATEKEEPER_SEQ");
	if (entry.forged)
		FUZZ_CHECK(strlen(entry.forged) < sizeof(entry.reason));
	check_json(&entry);

	gk_buf_clear(&visible);
	gk_put_visible(&visible, text, len);
	FUZZ_CHECK(fuzz_is_clean(gk_buf_string(&visible), visible.used));
	(void) gk_parse_time(text, UINT64_C(1700000000000000), &us);
	(void) gk_parse_duration(text, &us);
	free(text);
	return 0;
}
