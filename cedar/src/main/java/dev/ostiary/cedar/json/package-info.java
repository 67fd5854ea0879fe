/** JSON text: a strict reader with places, and a writer. */
package dev.ostiary.cedar.json;
