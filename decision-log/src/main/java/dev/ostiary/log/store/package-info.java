/** Objects that outlive the disk: a bucket with Object Lock, and what is needed to talk to it. */
package dev.ostiary.log.store;
