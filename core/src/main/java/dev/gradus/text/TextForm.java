package dev.gradus.text;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;

/// The text form of rules, masks and schedules: `chain(clipByGlobalNorm(1), adabelief(beta2=0.99),
/// decayWeights(0.01, only=rank>=2))`.
///
/// A name stands for a record, its arguments for the record's components, in order or by name; those with defaults
/// can be left out. What is printed is the shortest form, or the [#complete] one; parsed, it is equal to what was
/// printed. The grammar is in `docs/text-form.md`.
///
/// Immutable.
public final class TextForm {
    /// With the rules of [dev.gradus.rules.Rules] and the schedules of [dev.gradus.schedule.Schedules].
    public static final TextForm STANDARD = new TextForm(Vocabulary.standard(), false);

    private final Vocabulary vocabulary;
    private final boolean isComplete;

    private TextForm(Vocabulary vocabulary, boolean isComplete) {
        this.vocabulary = vocabulary;
        this.isComplete = isComplete;
    }

    /// A form that knows more records: those of rules and schedules that the examples are or are composed of, under
    /// their [Rule#name()], or, of schedules, their class's simple name with a small first letter.
    ///
    /// @throws IllegalArgumentException if another record has the same name
    public TextForm with(Record... examples) {
        return new TextForm(vocabulary.with(examples), isComplete);
    }

    /// This form, but printing every argument with its name: `adam(beta1=0.9, beta2=0.999, …)`. Such a text keeps its
    /// meaning where it outlives the defaults of this version, as in a file.
    public TextForm complete() {
        return new TextForm(vocabulary, true);
    }

    /// The rule that a text stands for.
    ///
    /// @throws TextError saying at which column the text is wrong, and what is known there
    public Rule parseRule(String text) {
        return parse(text, Rule.class, "rule");
    }

    /// The mask that a text stands for.
    ///
    /// @throws TextError saying at which column the text is wrong, and what is known there
    public Mask parseMask(String text) {
        return parse(text, Mask.class, "mask");
    }

    /// The schedule that a text stands for.
    ///
    /// @throws TextError saying at which column the text is wrong, and what is known there
    public Schedule parseSchedule(String text) {
        return parse(text, Schedule.class, "schedule");
    }

    /// The text of a rule.
    ///
    /// @throws IllegalArgumentException naming what has no text: a lambda, a mask that is a condition in code, a
    ///     record that is not known
    public String printRule(Rule rule) {
        return print(rule, Rule.class);
    }

    /// The text of a mask.
    ///
    /// @throws IllegalArgumentException naming the condition in code that is in it
    public String printMask(Mask mask) {
        return print(mask, Mask.class);
    }

    /// The text of a schedule.
    ///
    /// @throws IllegalArgumentException naming what has no text: a lambda, a record that is not known
    public String printSchedule(Schedule schedule) {
        return print(schedule, Schedule.class);
    }

    /// What rules can be composed of, in the order of names: each record of a rule with its arguments and their
    /// defaults, as in `lookahead(fast, syncPeriod=5, slowStepSize=0.5)`.
    public List<String> signatures() {
        return vocabulary.signatures(new Printer(vocabulary, false)::print);
    }

    /// The records of a rule's links and of the rules within them, each before those that it is within; the rule
    /// itself is the last.
    ///
    /// @throws IllegalArgumentException if they are nested deeper than any text
    public static List<Rule> parts(Rule rule) {
        return Tree.records(rule).stream()
                .filter(Rule.class::isInstance)
                .map(Rule.class::cast)
                .toList();
    }

    /// The texts of a list that is separated by commas, without the spaces around them; what stands in parentheses,
    /// brackets or quotes is not separated.
    ///
    /// @throws TextError if a character is not allowed, or a quote not closed
    public static List<String> split(String list) {
        List<String> texts = new ArrayList<>();
        int from = 0;
        int depth = 0;
        for (Token token : Lexer.tokens(list)) {
            if (token.is("(") || token.is("[")) {
                depth++;
            } else if (token.is(")") || token.is("]")) {
                depth--;
            } else if (token.kind() == Token.Kind.END || (depth == 0 && token.is(","))) {
                texts.add(list.substring(from, token.start()).strip());
                from = token.end();
            }
        }
        return texts;
    }

    private <T> T parse(String text, Class<T> type, String what) {
        return new Parser(vocabulary, text).parse(type, what);
    }

    /// Reads back what it prints: whoever keeps a text can rely on it.
    private <T> String print(T value, Class<T> type) {
        int ignored = Tree.records(value).size();
        String text = new Printer(vocabulary, isComplete).print(value);
        T readBack;
        try {
            readBack = parse(text, type, "text");
        } catch (TextError e) {
            throw new IllegalArgumentException(text + " cannot be read back, " + e.getMessage(), e);
        }
        if (!readBack.equals(value)) {
            throw new IllegalArgumentException(text + " reads back as something else: " + readBack);
        }
        return text;
    }
}
