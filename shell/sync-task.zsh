# zsh completion of sync-task: written by "sync-task completion zsh"
#compdef sync-task
_sync-task() {
  local -a known
  known=(
    'sync:plan, run every batch and finish, in one process'
    'check:prove that source, target and state can be used'
    'plan:list, compare with the state, write the batches of one run'
    'run:transfer one batch of a run'
    'finish:sweep, count, and say what is missing in a run'
    'status:runs, batches and files, and what became of them'
    'explain:say what the next run would do with one file, and why'
    'verify:compare what was copied with what stands at the target'
    'prune:forget old runs and events, and no file'
    'take-over:give a pipeline, with its history, a new name'
    'state:write all that is remembered of a pipeline to a file; read what state export wrote into another state'
    'trust:show the host keys of an SFTP server, and how to verify them'
    'transforms:list the transforms, or show one with its options and an example'
    'completion:print what makes a shell complete commands and flags'
  )
  if (( CURRENT == 2 )); then
    _describe command known
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    sync) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--batch-files=[files in a batch at most]:value: ' \
      '--batch-bytes=[bytes in a batch at most (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[batches in a run at most\: larger ones rather than more]:value: ' \
      '--max-files=[files that a run copies at most; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[bytes that a run copies at most (one file at least); the rest is deferred to the next run]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    check) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run that it is the beginning of\: where it fails, the run has a report that says so]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    plan) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--batch-files=[files in a batch at most]:value: ' \
      '--batch-bytes=[bytes in a batch at most (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[batches in a run at most\: larger ones rather than more]:value: ' \
      '--max-files=[files that a run copies at most; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[bytes that a run copies at most (one file at least); the rest is deferred to the next run]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    run) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--batch=[number of the batch, from 1]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    finish) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    status) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--path=[everything that happened to this file, and why it was left out last]:value: ' \
      '--watch[follow the newest run, or that of --run, until it has ended]' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    explain) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files that were modified within this time, by the clock of the source where it can be told]:value: ' \
      '--stable=[defer files that are not the same so long after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer files until another one stands next to them, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[copy also what is known and unchanged]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do before anything is written where empty-source, few-files, many-files, total-size, file-size (out of the usual, or beyond the limit), name-collision or empty-target (nothing stands there any more; a target that is gone always fails, unless off) is found; repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run through this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--transform-changed=[unchanged files whose transforms were changed since\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--batch-files=[files in a batch at most]:value: ' \
      '--batch-bytes=[bytes in a batch at most (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[batches in a run at most\: larger ones rather than more]:value: ' \
      '--max-files=[files that a run copies at most; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[bytes that a run copies at most (one file at least); the rest is deferred to the next run]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it where size and time agree, else replace it; always replace; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    verify) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivered elsewhere until now, or its target was emptied\: forget what was delivered, copy everything]' \
      '--same-files[source or target has another address now, and the same files stand there\: go on with what is remembered of them]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-identities-only[of the keys of an agent show the source only those whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-identities-only[of the keys of an agent show the target only those whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-content-type=[content type of all objects (s3, az, gs; default\: the source object'\''s, else by the name)]:value: ' \
      '--target-cache-control=[cache control of the objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata beside that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--target-s3-storage-class=[storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[only files that match this glob; repeatable]:value: ' \
      '*--exclude=[no files that match this glob; repeatable]:value: ' \
      '--since=[leave out files last modified before\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, in order; see sync-task transforms]:value: ' \
      '--decoder-memory=[memory of all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, one that needs more is refused]:value: ' \
      '--max-expansion=[a file that is decompressed to more than so many times its size (and 64 MiB) is refused]:value: ' \
      '--batch-files=[files in a batch at most]:value: ' \
      '--batch-bytes=[bytes in a batch at most (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[batches in a run at most\: larger ones rather than more]:value: ' \
      '--max-duration=[begin no further file so long after the start; what is left stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second read by this process, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--publish=[how a file gets its name at the target\: by renaming a hidden draft once it is whole, or (sftp, file) it is written in-place under its final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: by the round trip)]:value: ' \
      '--buffer=[bytes in flight at most\: the bound on memory]:value: ' \
      '--connections=[connections to each server at most (default\: by the round trip)]:value: ' \
      '--fsync[have the target force files to disk before they are published]' \
      '--checkpoint-bytes=[a large file that broke off goes on at the last so many bytes]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long a claim outlives its dead worker]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long a server that was lost is tried again before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that answers nothing for so long is lost]:value: ' \
      '--keepalive=[how often a quiet connection is kept alive]:value: ' \
      '--checksum=[what verify compares\: sizes and times alone; also the target'\''s content with what was recorded; or the source'\''s too]:value:(none target both)' \
      '--repair[verify\: copy again what was lost or changed at the target, where the source still has it]' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[plan only, explain, write nothing]' '-n[plan only, explain, write nothing]' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    prune) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--keep=[forget runs and events older than this, such as 90d]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    take-over) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--from=[the name that the pipeline had until now]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    state) _arguments '1:word:(export import)' \
      '--config=[a YAML file with any of these options]:value:_files' \
      '--file=[the file that holds what is moved]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--state=[what is remembered\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that has the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[name of this source-target pair, whose history it keeps (default\: made from both)]:value: ' \
      '--trace-id=[W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    trust) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--write=[append lines for known_hosts to this file]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where they go\: the same forms]:value: ' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; these three else by HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--source-legacy-algorithms[offer the source also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several hops separated by commas]:value: ' \
      '--target-legacy-algorithms[offer the target also old key exchanges, ciphers and MACs with known weaknesses]' \
      '--connect-timeout=[for connecting and logging in]:value: ' \
      '--json[the JSON result on a terminal too, in place of lines for people]' \
      '--quiet[nothing but errors\: no progress, no summary of what went well]' '-q[nothing but errors\: no progress, no summary of what went well]' \
      '--verbose[name every file that is copied]' '-v[name every file that is copied]' \
      '--color[colours on a terminal; NO_COLOR in the environment switches them off, too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    transforms) _arguments '--help[show the help]' ;;
    completion) _arguments '1:word:(bash zsh fish)' \
      '--help[show the help]' ;;
  esac
}
if [ "$funcstack[1]" = _sync-task ]; then _sync-task "$@"; else compdef _sync-task sync-task; fi
