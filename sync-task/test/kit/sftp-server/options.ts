/** What the test server can be asked for, and what it tells. */
import type { KeyPair } from '../ssh-keys.ts';

export interface SftpServerOptions {
  /** The folder to serve, as `/`. */
  readonly root: string;
  /** 0 or left out: a free one. */
  readonly port?: number;
  readonly user?: string;
  /** Left out: a random one. */
  readonly password?: string;
  /** OpenSSH private key. Left out: a new one. Give the same one to restart "the same" server. */
  readonly hostKey?: string;
  /** More of them, behind the first: a client chooses among their types. */
  readonly moreHostKeys?: readonly string[];
  /** Ways to log in that are all wanted, one after the other. */
  readonly loginOrder?: readonly ('password' | 'publickey' | 'keyboard-interactive')[];
  /** Makes two keys that may log in, one of them encrypted. */
  readonly userKeys?: boolean;
  /** Ask for the password by keyboard-interactive alone, as some servers do. */
  readonly keyboardInteractive?: boolean;
  /** What it asks for there: the password alone where left out; nobody who is asked for more is let in. */
  readonly prompts?: readonly string[];
  /** What it calls itself behind "SSH-2.0-"; OpenSSH where left out. */
  readonly identification?: string;
  readonly faults?: Faults;
  /** Called for every request, before it is carried out. */
  readonly onRequest?: (request: RequestName, connection: number) => void;
}

/** Names of requests; those of extensions are the extensions' own. */
export type RequestName = string;

/** Things that go wrong. All may be changed while the server runs. */
export interface Faults {
  /** The server knows no extension at all, as one from before 2008. */
  noExtensions?: boolean | undefined;
  withoutPosixRename?: boolean | undefined;
  withoutHardlink?: boolean | undefined;
  /** It announces `hardlink@openssh.com` and does not do it. */
  refuseHardlink?: boolean | undefined;
  /** It is answered with OK, and nothing happens, as in rclone. */
  ignoreHardlink?: boolean | undefined;
  withoutFsync?: boolean | undefined;
  withoutLimits?: boolean | undefined;
  withoutStatvfs?: boolean | undefined;
  /**
   * It hashes files (`check-file-name`), which OpenSSH does not: as the draft says, `prefixed` with its name and a length
   * before each hash as Apache MINA, `adds-offset` unannounced and with more blocks than asked for as ProFTPD 1.3.8, or in MD5 alone.
   */
  checkFile?: 'plain' | 'prefixed' | 'adds-offset' | 'md5' | undefined;
  /** It copies from file to file by itself (`copy-data`), or announces it and does not know it, or copies other bytes. */
  copyData?: 'works' | 'unknown' | 'corrupts' | undefined;
  /** SETSTAT and FSETSTAT are answered with PERMISSION_DENIED. */
  refuseSetstat?: boolean | undefined;
  /** FSETSTAT alone is: times are set by path. */
  refuseFsetstat?: boolean | undefined;
  /** They are answered with OK, and nothing happens. */
  ignoreSetstat?: boolean | undefined;
  /** Bytes at most in an answer to READ. */
  shortReads?: number | undefined;
  /** READ and WRITE are carried out a little later, beside what comes behind them; CLOSE waits for those WRITEs alone, as in pkg/sftp. */
  sideBySide?: boolean | undefined;
  /** A file gets the time of its closing, whatever it was given before. */
  timeOfClosing?: boolean | undefined;
  /** What READDIR, LSTAT (and STAT) and FSTAT leave out: of `size`, `mode`, `times`; the "ls -l" line goes with the mode in READDIR. */
  leavesOut?:
    | { readonly [request in 'READDIR' | 'LSTAT' | 'FSTAT']?: readonly ('size' | 'mode' | 'times')[] }
    | undefined;
  /** READDIR tells every name twice. */
  tellsTwice?: boolean | undefined;
  /** Answers overtake each other. */
  outOfOrder?: boolean | undefined;
  /** Every answer waits that long; requests go on meanwhile, as with a long line. */
  delayMs?: number | undefined;
  /** Answers leave in pieces of so many bytes, one a turn of the event loop. */
  dripBytes?: number | undefined;
  /** RENAME replaces an old file, as some servers do; version 3 refuses. */
  renameOverwrites?: boolean | undefined;
  /** The connection is cut once that many bytes of files were read and written since this was set; happens once. */
  dropAfterBytes?: number | undefined;
  /** The connection is cut at that request; `executed` says whether it is carried out first. Happens once. */
  dropAtRequest?: (RequestFault & { readonly executed?: boolean }) | undefined;
  /** From that request on the session answers nothing, but its connection stays. */
  silentAtRequest?: RequestFault | undefined;
  /** Answered with this status (FAILURE) and not carried out; so are the `times - 1` requests of that name after it. */
  failAtRequest?: (RequestFault & { readonly status?: number; readonly times?: number }) | undefined;
  /** From that request on every one of its name is answered by a packet of this type, which holds nothing. INIT too. */
  oddAnswerAtRequest?: (RequestFault & { readonly answer: number }) | undefined;
  /** More handles in one session are refused. */
  maxOpenFiles?: number | undefined;
  /** More sessions on one connection are refused. */
  maxSessions?: number | undefined;
  /** More connections are closed at once. */
  maxConnections?: number | undefined;
  /** A file that stands is not written to behind its beginning: OPEN refuses it, or the first WRITE does, as in rclone. */
  goesOnNever?: 'OPEN' | 'WRITE' | undefined;
  /** WRITE fails once that many bytes were written, and what still fits is written. */
  diskFullAfterBytes?: number | undefined;
  /** Added to the size of every file that STAT, LSTAT, FSTAT and READDIR tell. */
  wrongSizeInStat?: number | undefined;
  /** Names that READDIR of `/` tells besides those on disk, whatever they are, as plain files of one byte. */
  inventedNames?: readonly Buffer[] | undefined;
  /** The byte at this offset of every file is inverted when it is written. */
  corruptByteAt?: number | undefined;
  /** A longer packet ends the connection, and so READ answers stay below. */
  maxPacketBytes?: number | undefined;
}

/** The `count`-th request of that name, from 1, counted from when the fault was set. */
export interface RequestFault {
  readonly type: RequestName;
  readonly count: number;
}

export interface Counters {
  /** Since the start. */
  connections: number;
  sessions: number;
  readonly requests: Map<RequestName, number>;
  bytesRead: number;
  bytesWritten: number;
  /** How often each path, as on local disk, was given a file by RENAME or a link. */
  readonly placed: Map<string, number>;
  /** Now. */
  openConnections: number;
  openSessions: number;
  openHandles: number;
  peakOpenHandles: number;
}

/** Where a server is, and how to get in: the same for the in-process one and for a real sshd. */
export interface SftpEndpoint extends AsyncDisposable {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly userKeys: UserKeys | undefined;
  /** `SHA256:…` */
  readonly hostKeyFingerprint: string;
  /** The text of a known_hosts file. */
  readonly knownHosts: string;
  /** The served folder on local disk. */
  readonly root: string;
  /** How a client addresses that folder: `/` where the server is confined to it. */
  readonly remoteRoot: string;
  stop(): Promise<void>;
}

export interface UserKeys {
  readonly plain: KeyPair;
  readonly encrypted: KeyPair;
  /** Of the encrypted one. */
  readonly passphrase: string;
}

export interface SftpServer extends SftpEndpoint {
  readonly password: string;
  /** To start it again with the same one. */
  readonly hostKey: string;
  readonly faults: Faults;
  readonly counters: Counters;
  /** Errors of connections, such as resets; expected where connections are cut. */
  readonly connectionErrors: readonly Error[];
  /** Cuts every connection, without a goodbye. */
  dropConnections(): void;
}
