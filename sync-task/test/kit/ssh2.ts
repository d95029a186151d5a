/** The whole of ssh2, as it must be loaded. */
import '../../src/storage/sftp/ssh/kept-ciphers.ts';
import ssh2 from 'ssh2';

export default ssh2;
