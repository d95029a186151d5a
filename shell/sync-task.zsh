# zsh completion of sync-task: written by "sync-task completion zsh"
#compdef sync-task
_sync-task() {
  local -a known
  known=(
    'sync:plan, run every batch and finish, in one process'
    'check:prove that source, target and state can be used'
    'plan:list the source, compare it with the state, write the batches of one run'
    'run:transfer one batch of a run'
    'finish:clean up, count, and name what is missing in a run'
    'status:show runs, batches and files, and what became of them'
    'explain:say what the next run would do with one file, and why'
    'verify:compare what was copied with what is at the target'
    'prune:forget old runs and events, but no file'
    'take-over:rename a pipeline and keep its history'
    'state:write everything that the state holds for a pipeline to a file; read a file of state export into another state'
    'trust:show the host keys of an SFTP server, and how to verify them'
    'transforms:list the transforms, or show one with its options and an example'
    'completion:print the completion of commands and flags for a shell'
  )
  if (( CURRENT == 2 )); then
    _describe command known
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    sync) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--batch-files=[the most files in a batch]:value: ' \
      '--batch-bytes=[the most bytes in a batch (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[the most batches in a run\: batches grow before there are more]:value: ' \
      '--max-files=[the most files that a run copies; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[the most bytes that a run copies (at least one file); the rest is deferred to the next run]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    check) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run that this check begins\: if it fails, the run has a report that says so]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    plan) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--batch-files=[the most files in a batch]:value: ' \
      '--batch-bytes=[the most bytes in a batch (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[the most batches in a run\: batches grow before there are more]:value: ' \
      '--max-files=[the most files that a run copies; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[the most bytes that a run copies (at least one file); the rest is deferred to the next run]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    run) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--batch=[the number of the batch, from 1]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    finish) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    status) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--path=[show the history of this file, and why it was last left out]:value: ' \
      '--watch[follow the newest run, or that of --run, until it ends]' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    explain) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--min-age=[defer files modified within this time, by the clock of the source where it is known]:value: ' \
      '--stable=[defer files that change within this time after they were listed; needs no clock, and plan waits once]:value: ' \
      '--marker=[defer a file until another one stands next to it, such as '\''{name}.done'\''; markers are not copied]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '--force[also copy known, unchanged files]' \
      '*--gate=[NAME=warn|fail|off\[\:LIMIT\]\: what to do, before anything is written, when a plan looks wrong\: empty-source, few-files, many-files, total-size, file-size (unusual, or beyond LIMIT), name-collision or empty-target (nothing is left there; a target that is gone fails unless off); repeatable (default\: warn)]:value: ' \
      '*--accept=[let this run pass this gate; repeatable]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--transform-changed=[what to do with unchanged files whose transforms have changed\: copy them again, or leave them as they are]:value:(reprocess ignore)' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--batch-files=[the most files in a batch]:value: ' \
      '--batch-bytes=[the most bytes in a batch (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[the most batches in a run\: batches grow before there are more]:value: ' \
      '--max-files=[the most files that a run copies; the rest is deferred to the next run]:value: ' \
      '--max-bytes=[the most bytes that a run copies (at least one file); the rest is deferred to the next run]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--existing=[a target file that the state does not know\: adopt it if size and time match, else replace it; always replace it; or refuse]:value:(adopt replace refuse)' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    verify) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--run=[the name of the run (default for plan, sync and verify --repair\: made from the time)]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--new-target[the pipeline delivers elsewhere now, or its target was emptied\: forget what was delivered and copy everything]' \
      '--same-files[the source or the target has a new address and still holds the same files\: keep the checkpoints]' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-content-type=[the content type of all objects (s3, az, gs; default\: the source object'\''s, else guessed from the name)]:value: ' \
      '--target-cache-control=[the cache control of all objects, such as max-age=60 (s3, az, gs; default\: the source object'\''s)]:value: ' \
      '--target-metadata=[metadata to add to that of the source'\''s objects\: KEY=VALUE, several separated by "," (s3, az, gs)]:value: ' \
      '--source-insecure-ignore-host-key[accept any host key of the source]' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-identities-only[offer the source only those keys of the agent whose public key is in SYNC_TASK_SOURCE_PRIVATE_KEY]' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-insecure-ignore-host-key[accept any host key of the target]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-identities-only[offer the target only those keys of the agent whose public key is in SYNC_TASK_TARGET_PRIVATE_KEY]' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-s3-storage-class=[the storage class of the objects, such as STANDARD_IA (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-encryption=[encryption at the server\: AES256, aws\:kms or aws\:kms\:KEY (s3; default\: the bucket'\''s)]:value: ' \
      '--target-s3-tags=[tags of the objects\: KEY=VALUE, several separated by "," (s3)]:value: ' \
      '--prefix=[take only what is below this folder of the source, such as 2026-11-21/]:value: ' \
      '*--include=[take only files that match this glob; repeatable]:value: ' \
      '*--exclude=[leave out files that match this glob; repeatable]:value: ' \
      '--since=[leave out files last modified before this\: 2026-11-21, an ISO time, or an age such as 7d]:value: ' \
      '*--transform=[NAME\[\:OPTION=VALUE,…\]\[@GLOB\]\: change matching files on the way; repeatable, applied in order; see sync-task transforms]:value: ' \
      '--decoder-memory=[memory for all decoders together (zstd windows, OpenPGP chunks, tables of rows)\: a file waits for its share, and is refused if it needs more]:value: ' \
      '--max-expansion=[refuse a file that decompresses to more than this many times its size (and 64 MiB)]:value: ' \
      '--batch-files=[the most files in a batch]:value: ' \
      '--batch-bytes=[the most bytes in a batch (a larger file is a batch of its own)]:value: ' \
      '--max-batches=[the most batches in a run\: batches grow before there are more]:value: ' \
      '--max-duration=[start no further file this long after the start; the rest stays planned, and the exit code is 75]:value: ' \
      '--bwlimit=[bytes a second that this process reads, such as 10M, or a timetable in its time zone such as '\''08\:00,512k 19\:00,off'\'']:value: ' \
      '--publish=[how a file gets its name at the target\: rename a complete hidden draft, or (sftp, file) write in-place under the final name, for servers that forbid rename; readers may then see half a file, and nothing is resumed]:value:(rename in-place)' \
      '--files=[files in flight at once (default\: chosen from the round trip)]:value: ' \
      '--buffer=[the most bytes in flight\: this bounds memory]:value: ' \
      '--connections=[the most connections to each server (default\: chosen from the round trip)]:value: ' \
      '--fsync[make the target force files to disk before they are published]' \
      '--checkpoint-bytes=[record a large file every this many bytes\: a broken transfer resumes at the last record]:value: ' \
      '--verify=[check what was written by its size, or by reading it back]:value:(size read-back)' \
      '--lease=[how long the claim of a dead worker lasts]:value: ' \
      '--attempts=[tries for a file after transient failures]:value: ' \
      '--reconnect=[how long to retry a lost server before the rest stays planned and the exit code is 75]:value: ' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--idle-timeout=[a server that is silent this long is lost]:value: ' \
      '--keepalive=[how often to keep a quiet connection alive]:value: ' \
      '--checksum=[what verify compares\: sizes and times; also the target'\''s content with its recorded digest; or the source'\''s content too]:value:(none target both)' \
      '--repair[verify\: copy lost or changed files again, if the source still has them]' \
      '--report-dir=[write report.html and manifest.jsonl of each run below this folder, and a page that lists all runs]:value:_files' \
      '--metrics-url=[push metrics to this Prometheus Pushgateway, such as http\://pushgateway\:9091, when the command ends]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--explain[say for every file why it was chosen or left out]' \
      '--dry-run[only plan and explain; write nothing]' '-n[only plan and explain; write nothing]' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    prune) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--keep=[forget runs and events older than this, such as 90d]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    take-over) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--from=[the pipeline'\''s name until now]:value: ' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    state) _arguments '1:word:(export import)' \
      '--config=[a YAML file with any of these options]:value:_files' \
      '--file=[the file to write or to read]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--state=[the database of checkpoints\: postgres\://user@host/database (shared) or sqlite\:path (one process) (default\: a file for each pipeline in $XDG_STATE_HOME/sync-task, else ~/.local/state/sync-task)]:value: ' \
      '--wait=[how long to wait for another process that uses the SQLite state, such as 10m (default\: not at all; the exit code is 75)]:value: ' \
      '--pipeline=[the name of this pair of source and target, and of its history (default\: made from both)]:value: ' \
      '--trace-id=[the W3C trace id for log lines and the state (default\: that of TRACEPARENT in the environment)]:value: ' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    trust) _arguments '--config=[a YAML file with any of these options]:value:_files' \
      '--write=[append known_hosts lines to this file]:value:_files' \
      '--source=[where files come from\: sftp\://user@host\:port/path, sftp\://user@host/~/path, s3\://bucket/prefix, az\://container/prefix, gs\://bucket/prefix, file\:///path]:value: ' \
      '--target=[where files go\: the same forms]:value: ' \
      '--source-proxy=[reach the source through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--target-proxy=[reach the target through socks5\://user@host\:port or http\://user@host\:port (sftp, s3, az, gs; the last three otherwise follow HTTPS_PROXY and NO_PROXY)]:value: ' \
      '--source-jump=[reach the source through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--source-legacy-algorithms[also offer the source old key exchanges, ciphers and MACs with known weaknesses]' \
      '--target-jump=[reach the target through these SSH servers\: user@host\:port, several separated by commas]:value: ' \
      '--target-legacy-algorithms[also offer the target old key exchanges, ciphers and MACs with known weaknesses]' \
      '--connect-timeout=[the time for connecting and logging in]:value: ' \
      '--json[print the JSON result on a terminal too, instead of lines for people]' \
      '--quiet[print only errors\: no progress, and no summary of a success]' '-q[print only errors\: no progress, and no summary of a success]' \
      '--verbose[name every copied file]' '-v[name every copied file]' \
      '--color[colour the output on a terminal; NO_COLOR in the environment turns it off too]' \
      '--log-level=[how much to log]:value:(error warn info debug)' \
      '--log-format=[auto\: pretty on a terminal, else json]:value:(auto pretty json)' \
      '--help[show the help]' ;;
    transforms) _arguments '--help[show the help]' ;;
    completion) _arguments '1:word:(bash zsh fish)' \
      '--help[show the help]' ;;
  esac
}
if [ "$funcstack[1]" = _sync-task ]; then _sync-task "$@"; else compdef _sync-task sync-task; fi
