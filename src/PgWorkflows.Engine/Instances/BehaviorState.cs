using System.Text.Json.Serialization;

namespace PgWorkflows.Engine.Instances;

/// <summary>What a container remembers between its children. Closed: each case has its place in the stored state.</summary>
[JsonDerivedType(typeof(Flow), "flow")]
[JsonDerivedType(typeof(Position), "position")]
[JsonDerivedType(typeof(Outstanding), "outstanding")]
[JsonDerivedType(typeof(Items), "items")]
[JsonDerivedType(typeof(Counting), "counting")]
internal abstract record BehaviorState
{
    private BehaviorState()
    {
    }

    /// <summary>A flowchart's counters (elsa-contract 2.5); arrays are never changed once they stand in a state.</summary>
    internal sealed record Flow(int Start, int[] Visits, int[] EdgeVisits, bool[] LastFollowed) : BehaviorState;

    /// <summary>How far a sequence or a loop is.</summary>
    internal sealed record Position(int Index) : BehaviorState;

    /// <summary>How many children are still out.</summary>
    internal sealed record Outstanding(int Count) : BehaviorState;

    /// <summary>The items a loop goes through, and how far it is.</summary>
    internal sealed record Items(System.Text.Json.JsonElement List, int Index) : BehaviorState;

    /// <summary>A loop that counts.</summary>
    internal sealed record Counting(long Current) : BehaviorState;
}
