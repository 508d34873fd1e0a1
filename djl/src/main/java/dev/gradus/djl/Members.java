package dev.gradus.djl;

import ai.djl.nn.Block;
import ai.djl.util.Pair;
import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The parameters of a DJL block and the Gradus optimizer that trains them.
final class Members implements AutoCloseable {
    private final Block block;
    private final List<Group> groups;

    /// By DJL's id, in the block's order.
    private final Map<String, Member> byId = new LinkedHashMap<>();

    /// The groups that the optimizer has; one whose members are all frozen joins later.
    private final Set<Group> present = new HashSet<>();

    private @Nullable Optimizer optimizer;

    Members(Block block, List<Group> groups) {
        this.block = block;
        this.groups = groups;
    }

    /// The member with DJL's id.
    Member get(String id) {
        if (!byId.containsKey(id)) {
            read();
        }
        Member member = byId.get(id);
        if (member == null) {
            throw new IllegalArgumentException("the trainer trains a parameter (id " + id
                    + ") that is not of the block that this GradusOptimizer was made for, which has " + names());
        }
        return member;
    }

    /// The ids of all that are not frozen.
    Set<String> trainable() {
        return byId.entrySet().stream()
                .filter(entry -> !entry.getValue().isFrozen())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /// Tells the optimizer where all gradients are.
    void bindGradients() {
        byId.values().forEach(Member::bindGradient);
    }

    /// The optimizer, with every member in it that is trainable by now.
    Optimizer optimizer() {
        if (optimizer == null) {
            read();
            groups.forEach(this::requireAnyMember);
            optimizer = Optimizer.of(List.of());
        }
        Map<Group, List<Member>> joining = new LinkedHashMap<>();
        for (Member member : byId.values()) {
            if (!member.hasJoined() && !member.isFrozen()) {
                joining.computeIfAbsent(groupOf(member), group -> new ArrayList<>())
                        .add(member);
            }
        }
        for (Map.Entry<Group, List<Member>> entry : joining.entrySet()) {
            add(optimizer, entry.getKey(), entry.getValue());
        }
        return optimizer;
    }

    private void add(Optimizer to, Group group, List<Member> members) {
        List<Parameter> parameters = members.stream().map(Member::toParameter).toList();
        if (present.contains(group)) {
            parameters.forEach(parameter -> to.add(group.name(), parameter));
        } else {
            to.add(group.of(parameters));
            present.add(group);
        }
        for (int i = 0; i < members.size(); i++) {
            members.get(i).join(parameters.get(i));
        }
    }

    private void requireAnyMember(Group group) {
        if (byId.values().stream().noneMatch(member -> member.isIn(group))) {
            throw new IllegalArgumentException("group \"" + group.name() + "\": " + group.members()
                    + " matches no parameter of the block, which has " + names());
        }
    }

    private Group groupOf(Member member) {
        return groups.stream()
                .filter(member::isIn)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("parameter " + member.name()
                        + " is in no group: add one that matches it, or freeze the parameter"));
    }

    private void read() {
        for (Pair<String, ai.djl.nn.Parameter> named : block.getParameters()) {
            if (!named.getValue().isInitialized()) {
                throw new IllegalStateException(
                        "parameter " + named.getKey() + " is not initialized: call trainer.initialize(shapes) first");
            }
            // Tied weights are one parameter under several names.
            byId.computeIfAbsent(named.getValue().getId(), id -> new Member(named.getKey(), named.getValue()));
        }
    }

    private String names() {
        return byId.values().stream().map(Member::name).toList().toString();
    }

    @Override
    public void close() {
        if (optimizer != null) {
            optimizer.close();
        }
    }
}
