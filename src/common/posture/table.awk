# table.awk: the checks of *.checks as rows of a table in C.
#
# A check is a block of lines "word value" that begins with "check ID" and ends
# with "end"; "sql" begins its query, "also SCOPE" another query of the same
# check.  "define NAME" to "end" is text that {{NAME}} stands for.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

function quoted(s)
{
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	gsub(/\t/, " ", s)
	return "\"" s "\""
}

function expanded(s,    a, b, name, head)
{
	head = ""
	while ((a = index(s, "{{")) > 0)
	{
		b = index(s, "}}")
		name = substr(s, a + 2, b - a - 2)
		if (!(name in text))
		{
			print FILENAME ":" FNR ": {{" name "}} is not defined" >"/dev/stderr"
			failed = 1
			exit 1
		}
		head = head substr(s, 1, a - 1)
		s = text[name] substr(s, b + 2)
	}
	return head s
}

function print_sql(s,    lines, n, i)
{
	n = split(s, lines, "\n")
	for (i = 1; i <= n; i++)
		if (lines[i] != "")
			printf "\n\t\t%s", quoted(lines[i] " ")
}

function print_check()
{
	printf "\t{\n"
	for (i = 1; i <= nfields; i++)
		printf "\t\t.%s = %s,\n", fields[i], quoted(field[fields[i]])
	printf "\t\t.is_local = %s,\n", scope == "database" ? "true" : "false"
	printf "\t\t.is_first = %s,\n", is_first ? "true" : "false"
	if (sql != "")
	{
		printf "\t\t.sql ="
		print_sql(expanded(sql))
		printf "\n"
	}
	printf "\t},\n"
	sql = ""
	is_first = 0
}

BEGIN {
	nfields = split("id layer severity title why right cis18 cis17 stig kind", fields, " ")
	print "/* Made by table.awk from *.checks */"
}

where == "" && (/^#/ || /^$/) { next }

where == "" && $1 == "define" { where = "define"; name = $2; text[name] = ""; next }

where == "" && $1 == "check" {
	where = "check"
	for (i in field)
		delete field[i]
	field["id"] = $2
	field["severity"] = "medium"
	field["right"] = "mon"
	field["kind"] = "sql"
	layer[$2] = 1
	scope = "cluster"
	is_first = 1
	sql = ""
	next
}

where != "" && /^end$/ {
	if (where == "define")
		text[name] = expanded(text[name])
	else
	{
		if (!("cis17" in field))
			field["cis17"] = field["cis18"]
		print_check()
	}
	where = ""
	next
}

where == "define" { text[name] = text[name] $0 "\n"; next }

where == "sql" && $1 == "also" { print_check(); scope = $2; next }

where == "sql" { sql = sql $0 "\n"; next }

where == "check" && $1 == "sql" { where = "sql"; next }

where == "check" && $1 == "scope" { scope = $2; next }

where == "check" {
	key = $1
	value = $0
	sub(/^[^ ]+ */, "", value)
	field[key] = value
	next
}

{ print FILENAME ":" FNR ": a line outside of any check: " $0 >"/dev/stderr"; failed = 1; exit 1 }

END { exit failed }
