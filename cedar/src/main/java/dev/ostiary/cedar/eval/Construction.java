package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** Sets and records made by an expression. */
final class Construction {
  private Construction() {}

  static final class SetOf extends Code {
    private final Code[] elements;

    SetOf(Code[] elements, Span span) {
      super(span);
      this.elements = elements;
    }

    @Override
    public @Nullable Value eval(Env env) {
      var values = new ArrayList<Value>(elements.length);
      for (Code element : elements) {
        Value value = element.eval(env);
        if (value == null) return null;
        values.add(value);
      }
      return SetValue.of(values);
    }
  }

  /** Attributes are evaluated in the order of their names, as the reference does. */
  static final class RecordOf extends Code {
    private final String[] names;
    private final Code[] codes;

    RecordOf(String[] names, Code[] codes, Span span) {
      super(span);
      this.names = names;
      this.codes = codes;
    }

    @Override
    public @Nullable Value eval(Env env) {
      var values = new HashMap<String, Value>();
      for (int i = 0; i < names.length; i++) {
        Value value = codes[i].eval(env);
        if (value == null) return null;
        values.put(names[i], value);
      }
      return RecordValue.of(values);
    }
  }
}
