# fish completion for pg_gatekeeper(1)
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

function __pg_gatekeeper_clusters
    set -l root /etc/postgresql
    set -q PG_CLUSTER_CONF_ROOT; and set root $PG_CLUSTER_CONF_ROOT
    for file in $root/*/*/postgresql.conf
        string replace -- $root/ '' (dirname $file)
    end
end

set -l commands events explain verify status metrics check enable disable
set -l rules role_superuser role_privileged role_membership copy_program copy_file server_files \
    server_control server_settings catalog_write catalog_secrets extension_blocked \
    untrusted_language native_code foreign_program loopback backdoor superuser_object identity \
    extension_hijack protected_function contained exemption

complete -c pg_gatekeeper -f
complete -c pg_gatekeeper -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c pg_gatekeeper -l help -d 'Help'
complete -c pg_gatekeeper -n "__fish_seen_subcommand_from $commands" -l color -xa 'auto always never'

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify status' -s D -l directory -rF -d 'Journal files below'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify status' -l namespace -x -d 'Journal namespace'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify status' -l uid -xa '(__fish_complete_users)'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify' -l since -xa 'today yesterday -1h -1d -1w'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify' -l until -xa 'now today yesterday'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify' -l cluster -xa '(__pg_gatekeeper_clusters)'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events verify' -l json
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events explain verify' -l file -rF -d 'A log of the server'

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l rule -xa "$rules"
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l class -xa 'role grant ddl session extension system tables privileged'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l verdict -xa 'denied would_deny allowed'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l outcome -xa 'done failed refused_by_server rolled_back unknown'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l event -xa 'action outcome start stop config heartbeat loss login'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l format -xa 'lines verbose json ecs ocsf csv'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -s f -l follow -d 'Wait for more'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -s n -l lines -x -d 'How many'
for option in user database client function grep by seq
    complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l $option -x
end
for option in all verbose no-pager
    complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l $option
end
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from events' -l cursor-file -rF

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from verify' -l heartbeat -x
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from verify' -l chain -r
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from verify' -l complete

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status metrics check enable disable' -a '(__pg_gatekeeper_clusters)'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status metrics' -s h -l host -x
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status metrics' -s p -l port -x
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status metrics' -s U -l username -x
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status metrics' -s d -l dbname -x
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from metrics' -s o -l output -rF -d 'Write there'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status' -l probe -d 'Attempt COPY TO PROGRAM'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status' -l format -xa 'lines json nagios'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from status' -l json -d JSON

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from check' -l format -xa 'lines verbose json html sarif junit nagios'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from check' -l fail-on -xa 'fail warn new never'
for option in output waivers baseline
    complete -c pg_gatekeeper -n '__fish_seen_subcommand_from check' -l $option -rF
end
for option in no-files no-sql list
    complete -c pg_gatekeeper -n '__fish_seen_subcommand_from check' -l $option
end

complete -c pg_gatekeeper -n '__fish_seen_subcommand_from check enable disable' -s D -l pgdata -rF
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from enable disable' -s n -l dry-run -d 'Change nothing'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from enable disable' -l bindir -rF
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from enable' -l mode -xa 'audit enforce'
complete -c pg_gatekeeper -n '__fish_seen_subcommand_from enable' -l strict
