package dev.gradus.text;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.schedule.Schedule;
import dev.gradus.text.Part.Parameter;
import dev.gradus.text.Token.Kind;
import dev.gradus.text.Vocabulary.CataloguePart;
import dev.gradus.text.Vocabulary.Wrapper;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/// Reads a text from left to right; what may stand at a place follows from the type of what is wanted there.
final class Parser {
    /// How deep parentheses, brackets and `not` may be nested, and how many `and`, `or` and methods a text may
    /// have: whoever walks what was read must not run out of stack.
    private static final int DEEPEST = 100;

    private static final int MOST_OPERATORS = 200;

    private final Vocabulary vocabulary;
    private final List<Token> tokens;
    private int at;
    private int depth;
    private int operators;

    Parser(Vocabulary vocabulary, String text) {
        this.vocabulary = vocabulary;
        this.tokens = Lexer.tokens(text);
    }

    /// What stands in parentheses after a name.
    ///
    /// @param own the arguments of what is called
    /// @param places where each of them stands
    /// @param wrappers those around it, the innermost first
    private record Arguments(Map<String, Object> own, Map<String, Token> places, List<Wrapping> wrappers) {
        Arguments() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        }

        void add(Parameter parameter, Token place, Object value) {
            own.put(parameter.name(), value);
            places.put(parameter.name(), place);
        }
    }

    private record Wrapping(Wrapper wrapper, Token place, Object what) {}

    /// Reads the whole text as one value.
    ///
    /// @param what what it must be, for the error
    <T> T parse(Class<T> wanted, String what) {
        Object value = value(wanted, "the text");
        if (peek().kind() != Kind.END) {
            throw error(peek(), "unexpected " + peek() + " after the end of the " + what);
        }
        return wanted.cast(value);
    }

    /// @param slot whose value it is, for the error
    private Object value(Type type, String slot) {
        Class<?> wanted = Types.classOf(type);
        if (wanted == Mask.class) {
            return mask(slot);
        }
        if (Schedule.class.isAssignableFrom(wanted)) {
            return schedule(wanted, slot);
        }
        if (wanted == List.class) {
            return list(Types.elementOf(type), slot);
        }
        if (wanted == double.class || wanted == Double.class) {
            return real(slot);
        }
        if (wanted == long.class || wanted == Long.class) {
            return whole(slot, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (wanted == int.class || wanted == Integer.class) {
            return (int) whole(slot, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (wanted == boolean.class || wanted == Boolean.class) {
            return word(List.of(false, true), slot);
        }
        if (wanted.isEnum()) {
            return word(Arrays.asList(wanted.getEnumConstants()), slot);
        }
        if (wanted == String.class) {
            return expect(Kind.STRING, slot, "a string in double quotes").value();
        }
        return call(wanted, slot);
    }

    private double real(String slot) {
        Token token = expect(Kind.NUMBER, slot, "a number");
        double value =
                Double.parseDouble(token.value().replace("inf", "Infinity").replace("nan", "NaN"));
        if (Double.isInfinite(value) && !token.value().endsWith("inf")) {
            throw error(token, slot + " must be a number that fits in 64 bits, got " + token);
        }
        return value;
    }

    private long whole(String slot, long lowest, long highest) {
        Token token = expect(Kind.NUMBER, slot, "a whole number");
        try {
            long value = new BigDecimal(token.value()).longValueExact();
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // said below
        }
        throw error(token, slot + " must be a whole number from " + lowest + " to " + highest + ", got " + token);
    }

    private Object word(List<?> values, String slot) {
        List<String> words = values.stream().map(Types::word).toList();
        Token token = expect(Kind.NAME, slot, "one of " + String.join(", ", words));
        for (int i = 0; i < words.size(); i++) {
            if (Spelling.fold(words.get(i)).equals(Spelling.fold(token.value()))) {
                return values.get(i);
            }
        }
        throw error(token, slot + " must be one of " + String.join(", ", words) + ", got " + token);
    }

    private List<Object> list(Type element, String slot) {
        Token open = next();
        if (!open.is("[")) {
            throw error(open, slot + " must be a list in brackets, got " + open);
        }
        enter(open);
        List<Object> elements = new ArrayList<>();
        while (!accept("]")) {
            separate(!elements.isEmpty(), "]");
            elements.add(value(element, "an element of " + slot));
        }
        leave();
        return elements;
    }

    private Object call(Class<?> wanted, String slot) {
        Token name = expect(Kind.NAME, slot, kind(wanted));
        Optional<CataloguePart> entry = vocabulary.catalogue(wanted, name.value());
        Part part = vocabulary
                .part(wanted, name.value())
                .or(() -> entry)
                .orElseThrow(() -> unknown(kindName(wanted), name, vocabulary.names(wanted)));
        Arguments arguments = arguments(part);
        Part meant = arguments.own.isEmpty() && entry.isPresent() ? entry.get() : part;
        Object value = make(meant, arguments.own, arguments.places, name);
        for (Wrapping wrapping : arguments.wrappers) {
            Wrapper wrapper = wrapping.wrapper;
            value = make(
                    wrapper.part(),
                    Map.of(wrapper.rule().name(), value, wrapper.what().name(), wrapping.what),
                    Map.of(),
                    wrapping.place);
        }
        if (!wanted.isInstance(value)) {
            throw error(
                    name,
                    slot + " must be one of " + String.join(", ", vocabulary.names(wanted)) + ", got "
                            + Types.nameOf(value.getClass()));
        }
        return value;
    }

    private Arguments arguments(Part part) {
        Arguments arguments = new Arguments();
        List<Object> elements = new ArrayList<>();
        Token open = peek();
        if (accept("(")) {
            enter(open);
            boolean named = false;
            int position = 0;
            while (!accept(")")) {
                separate(position > 0, ")");
                named |= isNamed(part, position);
                if (named) {
                    named(part, arguments);
                } else if (part.isVariadic()) {
                    elements.add(value(
                            Types.elementOf(part.parameters().getFirst().type()),
                            "argument " + (position + 1) + of(part)));
                } else {
                    positional(part, position, arguments);
                }
                position++;
            }
            leave();
        }
        if (part.isVariadic()) {
            arguments.add(part.parameters().getFirst(), open, elements);
        }
        return arguments;
    }

    /// Whether an argument with its name follows, and not a mask such as `rank=4`.
    private boolean isNamed(Part part, int position) {
        boolean mask = peek().isWord("rank")
                && position < part.parameters().size()
                && part.parameters().get(position).type() == Mask.class;
        return !mask && peek().kind() == Kind.NAME && tokens.get(at + 1).is("=");
    }

    private void positional(Part part, int position, Arguments arguments) {
        if (position >= part.parameters().size()) {
            throw error(peek(), tooMany(part));
        }
        Parameter parameter = part.parameters().get(position);
        Token place = peek();
        arguments.add(parameter, place, value(parameter.type(), parameter.name() + of(part)));
    }

    private static String tooMany(Part part) {
        int most = part.parameters().size();
        return part.name()
                + (most == 0
                        ? " takes no arguments without a name"
                        : " takes at most " + most + " arguments without a name");
    }

    private void named(Part part, Arguments arguments) {
        Token name = next();
        if (name.kind() != Kind.NAME || !accept("=")) {
            throw error(name, "an argument without a name cannot follow one with a name");
        }
        Optional<Parameter> parameter = part.isVariadic() ? Optional.empty() : part.parameter(name.value());
        Optional<Wrapper> wrapper = Vocabulary.WRAPPERS.stream()
                .filter(w -> Rule.class.isAssignableFrom(part.type()))
                .filter(w -> w.argument().equals(Spelling.fold(name.value())))
                .findFirst();
        if (parameter.isPresent()) {
            Parameter own = parameter.get();
            if (arguments.own.containsKey(own.name())) {
                throw error(name, own.name() + of(part) + " is given twice");
            }
            arguments.add(own, name, value(own.type(), own.name() + of(part)));
        } else if (wrapper.isPresent()) {
            Wrapper around = wrapper.get();
            if (arguments.wrappers.stream().anyMatch(w -> w.wrapper == around)) {
                throw error(name, around.argument() + of(part) + " is given twice");
            }
            arguments.wrappers.add(
                    new Wrapping(around, name, value(around.what().type(), around.argument() + of(part))));
        } else {
            throw error(
                    name,
                    part.name() + " has no argument " + name + ": " + Spelling.help(name.value(), argumentNames(part)));
        }
    }

    private static List<String> argumentNames(Part part) {
        Stream<String> wrappers = Rule.class.isAssignableFrom(part.type())
                ? Vocabulary.WRAPPERS.stream().map(Wrapper::argument)
                : Stream.empty();
        Stream<String> own =
                part.isVariadic() ? Stream.empty() : part.parameters().stream().map(Parameter::name);
        return Stream.concat(own, wrappers).distinct().toList();
    }

    /// Makes what was read. What is refused is reported at the argument that the refusal speaks of.
    private Object make(Part part, Map<String, Object> arguments, Map<String, Token> places, Token otherwise) {
        try {
            return part.make(arguments);
        } catch (UnsupportedOperationException e) {
            throw error(otherwise, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            String sentence = String.valueOf(e.getMessage());
            List<String> words = Stream.of(sentence.split("[^A-Za-z0-9_]+"))
                    .map(Spelling::fold)
                    .toList();
            Token place = places.entrySet().stream()
                    .filter(argument -> words.contains(Spelling.fold(argument.getKey())))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(otherwise);
            throw error(place, sentence);
        }
    }

    /// A call, and methods called on what it makes.
    private Object schedule(Class<?> wanted, String slot) {
        Object schedule = call(wanted, slot);
        while (accept(".")) {
            countOperator();
            Token name = expect(Kind.NAME, "what follows \".\"", "a method of schedules");
            Object receiver = schedule;
            MethodPart method = scheduleMethod(name).on(receiver);
            Arguments arguments = arguments(method);
            schedule = make(method, arguments.own, arguments.places, name);
        }
        return schedule;
    }

    /// The method of this name; of several, the one whose first argument is a number if a number follows.
    private MethodPart scheduleMethod(Token name) {
        List<MethodPart> named = vocabulary.scheduleMethods().stream()
                .filter(m -> Spelling.fold(m.name()).equals(Spelling.fold(name.value())))
                .toList();
        return named.stream()
                .filter(m -> named.size() == 1 || takesNumber(m) == isNumberNext())
                .findFirst()
                .orElseThrow(() -> unknown(
                        "method of schedules",
                        name,
                        vocabulary.scheduleMethods().stream()
                                .map(MethodPart::name)
                                .distinct()
                                .sorted()
                                .toList()));
    }

    private static boolean takesNumber(MethodPart method) {
        return Types.classOf(method.parameters().getFirst().type()).isPrimitive();
    }

    /// Whether the first argument in the parentheses that follow, with or without its name, is a number.
    private boolean isNumberNext() {
        List<Token> rest = tokens.subList(Math.min(at + 1, tokens.size() - 1), tokens.size());
        boolean named = rest.size() > 2 && rest.get(1).is("=");
        return rest.get(named ? 2 : 0).kind() == Kind.NUMBER;
    }

    private Mask mask(String slot) {
        return joined("or", Mask.Or::new, slot);
    }

    private Mask joined(String operator, BinaryOperator<Mask> join, String slot) {
        boolean loosest = operator.equals("or");
        Mask mask = loosest ? joined("and", Mask.And::new, slot) : operand(slot);
        while (peek().isWord(operator)) {
            Token word = next();
            countOperator();
            String right = "what follows " + word;
            mask = join.apply(mask, loosest ? joined("and", Mask.And::new, right) : operand(right));
        }
        return mask;
    }

    private Mask operand(String slot) {
        Token token = next();
        if (token.kind() == Kind.STRING) {
            return new Mask.Named(token.value());
        }
        if (token.isWord("not")) {
            enter(token);
            Mask negated = operand("what follows " + token);
            leave();
            return new Mask.Not(negated);
        }
        if (token.is("(")) {
            enter(token);
            Mask inner = mask("what follows \"(\"");
            close(")");
            leave();
            return inner;
        }
        if (token.isWord("rank")) {
            boolean atLeast = atLeast("rank");
            int rank = (int) whole("the rank", Integer.MIN_VALUE, Integer.MAX_VALUE);
            return atLeast ? new Mask.RankAtLeast(rank) : new Mask.RankIs(rank);
        }
        if (token.isWord("size")) {
            close("[");
            int axis = (int) whole("the axis", Integer.MIN_VALUE, Integer.MAX_VALUE);
            close("]");
            boolean atLeast = atLeast("a size");
            long size = whole("the size", Long.MIN_VALUE, Long.MAX_VALUE);
            return atLeast ? new Mask.SizeAtLeast(axis, size) : new Mask.SizeIs(axis, size);
        }
        if (token.kind() == Kind.NAME
                && vocabulary.part(Mask.class, token.value()).isPresent()) {
            at--;
            return (Mask) call(Mask.class, slot);
        }
        throw error(
                token,
                slot + " must be a mask, such as rank>=2, size[0]=128, \"*.bias\", not …, (… and …) or (… or …), got "
                        + token);
    }

    private boolean atLeast(String what) {
        Token comparison = next();
        if (!comparison.is("=") && !comparison.is(">=")) {
            throw error(comparison, what + " is compared with = or >=, got " + comparison);
        }
        return comparison.is(">=");
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    private boolean accept(String symbol) {
        boolean found = peek().is(symbol);
        if (found) {
            at++;
        }
        return found;
    }

    private Token expect(Kind kind, String slot, String what) {
        Token token = next();
        if (token.kind() != kind) {
            throw error(token, slot + " must be " + what + ", got " + token);
        }
        return token;
    }

    private void close(String symbol) {
        if (!accept(symbol)) {
            throw error(peek(), "expected \"" + symbol + "\", got " + peek());
        }
    }

    /// Takes the comma before an element that is not the first.
    private void separate(boolean needed, String closing) {
        if (needed && !accept(",")) {
            throw error(peek(), "expected \",\" or \"" + closing + "\", got " + peek());
        }
    }

    private void enter(Token token) {
        depth++;
        if (depth > DEEPEST) {
            throw error(token, "nested deeper than " + DEEPEST);
        }
    }

    private void leave() {
        depth--;
    }

    private void countOperator() {
        operators++;
        if (operators > MOST_OPERATORS) {
            throw error(tokens.get(at - 1), "more than " + MOST_OPERATORS + " times and, or, or a method in one text");
        }
    }

    private static String of(Part part) {
        return " of " + part.name();
    }

    /// What is wanted, in words.
    private static String kind(Class<?> wanted) {
        return "a " + kindName(wanted);
    }

    private static String kindName(Class<?> wanted) {
        return Rule.class.isAssignableFrom(wanted)
                ? "rule"
                : Schedule.class.isAssignableFrom(wanted) ? "schedule" : Types.nameOf(wanted);
    }

    private static TextError unknown(String kind, Token name, Collection<String> known) {
        return error(name, "unknown " + kind + " " + name + ": " + Spelling.help(name.value(), known));
    }

    private static TextError error(Token token, String sentence) {
        return new TextError(token.column(), sentence);
    }
}
