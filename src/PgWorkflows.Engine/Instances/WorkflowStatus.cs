namespace PgWorkflows.Engine.Instances;

/// <summary>Elsa's main statuses (elsa-contract 2.3).</summary>
public enum WorkflowStatus
{
    /// <summary>Going on, or waiting.</summary>
    Running,

    /// <summary>Ended; never changes again.</summary>
    Finished,
}

/// <summary>Elsa's sub statuses (elsa-contract 2.3).</summary>
public enum WorkflowSubStatus
{
    /// <summary>Work is going on.</summary>
    Executing,

    /// <summary>Waiting for bookmarks.</summary>
    Suspended,

    /// <summary>Ended by itself.</summary>
    Finished,

    /// <summary>Ended by somebody else.</summary>
    Cancelled,

    /// <summary>Ended by an incident.</summary>
    Faulted,
}
