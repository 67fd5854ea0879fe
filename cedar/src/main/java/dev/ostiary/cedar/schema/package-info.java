/** Schemas: which entity types, attributes and actions exist, and which action applies to what. */
package dev.ostiary.cedar.schema;
