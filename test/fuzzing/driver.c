/*-------------------------------------------------------------------------
 *
 * driver.c
 *	  Drives a fuzz target where there is no libFuzzer.
 *
 * Takes its options -max_total_time=SECONDS, -seed=N and -max_len=BYTES, and
 * files to replay.  Inputs are random bytes, with the target's words among them,
 * and changes of those; coverage is not looked at.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "fuzzing.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MAX_LEN 4096

static uint8_t input[MAX_LEN];
static size_t input_len;
static uint64_t state;

static unsigned
any(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned) (state >> 33) % below;
}

/* Leaves the input behind that broke the promise. */
static void
save(int signo)
{
	FILE	   *file = fopen("crash-input", "w");

	if (file)
	{
		fwrite(input, 1, input_len, file);
		fclose(file);
	}
	signal(signo, SIG_DFL);
	raise(signo);
}

static void
replace(size_t at, size_t old, const void *new, size_t len)
{
	if (input_len - old + len > MAX_LEN)
		return;
	memmove(input + at + len, input + at + old, input_len - at - old);
	memcpy(input + at, new, len);
	input_len += len - old;
}

static void
change(void)
{
	size_t		at = any((unsigned) input_len + 1);
	size_t		rest = input_len - at;
	size_t		n = rest ? any(rest > 32 ? 32 : (unsigned) rest) : 0;
	uint8_t		byte = (uint8_t) (any(2) ? any(256) : ' ' + any(95));
	int			num_words = 0;

	while (fuzz_words[num_words])
		num_words++;
	switch (any(4))
	{
		case 0:
			replace(at, n, &byte, 1);
			break;
		case 1:
			replace(at, n, "", 0);
			break;
		case 2:
			replace(at, 0, input + at, n);
			break;
		default:
			if (num_words)
			{
				const char *word = fuzz_words[any(num_words)];

				replace(at, any(2) ? n : 0, word, strlen(word));
			}
	}
}

int
main(int argc, char **argv)
{
	unsigned	seconds = 10;
	unsigned long long runs = 0;
	time_t		end;

	state = (uint64_t) time(NULL) << 20 | (uint64_t) getpid();
	for (int i = 1; i < argc; i++)
	{
		FILE	   *file;

		if (strncmp(argv[i], "-max_total_time=", 16) == 0)
			seconds = (unsigned) atoi(argv[i] + 16);
		else if (strncmp(argv[i], "-seed=", 6) == 0)
			state = strtoull(argv[i] + 6, NULL, 10) * 0x9E3779B97F4A7C15u + 1;
		else if (argv[i][0] == '-')
			continue;
		else if ((file = fopen(argv[i], "r")) != NULL)
		{
			input_len = fread(input, 1, MAX_LEN, file);
			fclose(file);
			LLVMFuzzerTestOneInput(input, input_len);
			seconds = 0;
		}
	}
	signal(SIGABRT, save);
	signal(SIGSEGV, save);
	end = time(NULL) + seconds;
	while (time(NULL) < end)
		for (int i = 0; i < 100; i++)
		{
			if (any(20) == 0)
			{
				input_len = any(300);
				for (size_t k = 0; k < input_len; k++)
					input[k] = (uint8_t) any(256);
			}
			for (unsigned k = any(6); k > 0; k--)
				change();
			LLVMFuzzerTestOneInput(input, input_len);
			runs++;
		}
	printf("Done %llu runs in %u second(s)\n", runs, seconds);
	return 0;
}
