/* Whether evx's own confinement is why something of the source cannot be read. */
#ifndef EVX_CONTENT_SHUT_OUT_H
#define EVX_CONTENT_SHUT_OUT_H

/* The text for a failure with sys_errno on the file system of fd: what ("open", "read"), or, where
 * Landlock keeps this process from looking into other processes through /proc, the same with that
 * reason behind it. Static storage. */
enum evx_shut_out { EVX_SHUT_OUT_OPEN, EVX_SHUT_OUT_READ, EVX_SHUT_OUT_LINK };
const char *evx_shut_out(int fd, int sys_errno, enum evx_shut_out what);

#endif
