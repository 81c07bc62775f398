using System.Collections.Frozen;

namespace PgWorkflows.Postgres.Resources;

/// <summary>The protected servers.</summary>
public interface IResources
{
    /// <summary>All of them, in the order of the configuration.</summary>
    IReadOnlyList<Resource> All { get; }

    /// <summary>The resource of this name, upper and lower case alike, or null.</summary>
    Resource? Find(string name);
}

/// <summary>What is believed of each resource; kept by the store.</summary>
public interface IResourceStates
{
    /// <summary>The state of a resource; its initial one when none was ever set.</summary>
    ValueTask<ResourceState> GetAsync(string resource, CancellationToken cancellationToken);
}

/// <summary>A fixed list of resources.</summary>
public sealed class ResourceList(IReadOnlyList<Resource> resources) : IResources
{
    private readonly FrozenDictionary<string, Resource> _byName =
        resources.ToFrozenDictionary(resource => resource.Name, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IReadOnlyList<Resource> All => resources;

    /// <inheritdoc/>
    public Resource? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>A workflow named a resource that is not configured.</summary>
public sealed class ResourceNotFoundException(string resource, IEnumerable<string> known) : Exception(
    $"The resource '{resource}' is not configured. Configured are: {string.Join(", ", known.DefaultIfEmpty("none"))}. "
    + $"Add it to {ResourceConfiguration.Section}, or correct the workflow's input.")
{
    /// <summary>The name that was asked for.</summary>
    public string Resource { get; } = resource;
}

/// <summary>The lookup that activities make first.</summary>
public static class ResourcesExtensions
{
    /// <summary>The resource of this name, or an exception that names those there are.</summary>
    public static Resource Get(this IResources resources, string name) =>
        resources.Find(name) ?? throw new ResourceNotFoundException(name, resources.All.Select(resource => resource.Name));
}
