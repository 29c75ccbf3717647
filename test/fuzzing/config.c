/*-------------------------------------------------------------------------
 *
 * config.c
 *	  Fuzz target: the command changes one setting of any configuration file, and
 *	  nothing else in it.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "fuzzing.h"
#include "arena.h"

#include "cli/util.c"
#include "cli/config.c"

const char *const fuzz_words[] = {
	"shared_preload_libraries", "gatekeeper.mode", " = ", "'", "''", "\\'", "\\", "#", "\n", "\r\n", "\t", "include ", "\\101", NULL
};

void
gk_end_pager(void)
{
}

/* What the last line that sets it says; NULL when there is none. */
static char *
value_in(const char *text, const char *name)
{
	char	   *last = NULL;

	while (*text)
	{
		size_t		len = strcspn(text, "\n");
		char	   *found;
		char	   *value;

		if (parse_line(strndup(text, len), &found, &value) && strcasecmp(found, name) == 0)
			last = value;
		text += len + (text[len] == '\n');
	}
	return last;
}

static int
count_lines(const char *text)
{
	int			n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"shared_preload_libraries", "gatekeeper.mode", "a"};
	FuzzInput	in = {data, size};
	const char *name = names[fuzz_take(&in, 3)];
	char	   *value = fuzz_take_bytes(&in, fuzz_take(&in, 100), true, NULL);
	char	   *text = fuzz_take_bytes(&in, 4096, true, NULL);
	char	   *changed;
	char	   *removed;

	value[strcspn(value, "\n")] = '\0';
	changed = gk_config_set(text, name, value);
	FUZZ_CHECK(strcmp(value_in(changed, name), value) == 0);
	FUZZ_CHECK(strcmp(gk_config_set(changed, name, value), changed) == 0);
	FUZZ_CHECK(count_lines(changed) - count_lines(text) >= 0);
	FUZZ_CHECK(count_lines(changed) - count_lines(text) <= 2);
	removed = gk_config_remove(changed, name);
	FUZZ_CHECK(value_in(removed, name) == NULL);
	if (value_in(text, name) == NULL)
		FUZZ_CHECK(strncmp(removed, text, strlen(text)) == 0);
	free(value);
	free(text);
	arena_empty();
	return 0;
}
