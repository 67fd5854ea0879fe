package dev.ostiary.sidecar.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Why a file or directory was not read or written, in words; what Java says is often only its path.
 */
public final class IoReason {
  private IoReason() {}

  /** One line without the path. */
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "something else is there";
      case NotDirectoryException _ -> "not a directory";
      case DirectoryNotEmptyException _ -> "the directory is not empty";
      case FileSystemException fault when fault.getReason() != null -> fault.getReason();
      case CharacterCodingException _ -> "not UTF-8";
      default -> String.valueOf(e.getMessage());
    };
  }
}
